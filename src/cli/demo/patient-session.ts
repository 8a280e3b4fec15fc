import pg from 'pg'

/** One connection of the patient's application. */
export type PatientSession = { query: (text: string) => Promise<unknown>; end: () => Promise<void> }

/** Opens a connection. Throws what the server says when it refuses. */
export async function openPatientSession(url: string): Promise<PatientSession> {
  const client = new pg.Client({ connectionString: url, application_name: 'fluxbase', connectionTimeoutMillis: 3000 })
  // The demo's sessions are ended by the handler: that is no fault of this process.
  client.on('error', () => {})
  await client.connect()
  return { query: (text) => client.query(text), end: () => client.end() }
}
