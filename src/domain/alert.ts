/** Labels identify an alert; annotations describe it. Both come from outside and are data only, never text of a command. */
export type Labels = Readonly<Record<string, string>>

export type AlertStatus = 'firing' | 'resolved'

/** One labelled condition inside a notification (Alertmanager webhook, version "4"). */
export type Alert = {
  /** Hash of the label set; the same alert keeps it across episodes. */
  fingerprint: string
  status: AlertStatus
  labels: Labels
  annotations: Labels
  startsAt: Date
  /** Null while firing: Alertmanager sends the zero time then. */
  endsAt: Date | null
  generatorUrl: string | null
}

/** One webhook POST: a group of alerts. */
export type Notification = {
  groupKey: string
  receiver: string
  status: AlertStatus
  /** Alerts that the sender's `max_alerts` cut off; more than zero means that we do not see everything. */
  truncatedAlerts: number
  /** `notification_reason`, Alertmanager 0.32+. */
  reason: string | null
  externalUrl: string | null
  alerts: readonly Alert[]
}

/** A notification as it is stored: the body as it came. */
export type StoredNotification = { id: string; source: string; body: string; receivedAt: Date }
