/** A silence in Alertmanager that a person asked us for. */
export type Silence = { id: string; incident: number; by: string; endsAt: Date }
