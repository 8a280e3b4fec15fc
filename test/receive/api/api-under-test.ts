import type { Commands, ReadModel } from '../../../src/receive/api/api.ts'
import type { ApprovalView } from '../../../src/receive/api/approvals.ts'
import type { CommandResult } from '../../../src/receive/api/command.ts'
import type { IncidentView } from '../../../src/receive/api/incident-view.ts'
import type { RemediationView } from '../../../src/receive/api/remediation-view.ts'
import type { RunResult } from '../../../src/receive/api/runs.ts'
import { receiverUnderTest } from '../receiver-under-test.ts'

export const TOKEN = 'correct-horse'
const at = new Date('2026-03-02T03:00:00Z')

export const incident = (id: number): IncidentView => ({
  id,
  source: 'alertmanager',
  fingerprint: '526589aeb51d4aa8',
  system: 'fluxbase',
  rule: 'connection-pool-exhausted',
  severity: 'P2',
  state: 'open',
  labels: { alertname: 'ConnectionPoolExhausted' },
  annotations: {},
  startsAt: at,
  openedAt: at,
  lastSeenAt: at,
  endedAt: null,
  closedAt: null,
  repeats: 0,
})

export const remediation = (id: number): RemediationView => ({
  id,
  incident: 7,
  system: 'fluxbase',
  rule: 'connection-pool-exhausted',
  handler: 'postgres/terminate-idle-sessions',
  target: 'fluxbase/db',
  params: { atMost: 20 },
  mode: 'approve',
  state: 'awaiting_approval',
  reason: 'needs-approval',
  stepIndex: 0,
  attempt: 1,
  requestedBy: null,
  plan: ['end session 4711'],
  policyHash: 'abc',
  createdAt: at,
  updatedAt: at,
  verifyUntil: null,
})

const approval = (id: number): ApprovalView => ({
  ...remediation(id),
  remediation: id,
  approvers: ['@fluxbase-oncall'],
  digest: 'd',
  needed: 1,
  given: [],
  expiresAt: at,
})

/** Ids 1 to 5, as a list in descending order would give them. */
const fiveFrom = <T>(make: (id: number) => T, { before, limit }: { before: number | null; limit: number }): T[] =>
  [5, 4, 3, 2, 1]
    .filter((id) => before === null || id < before)
    .slice(0, limit)
    .map(make)

/** The API over a read model of five of everything, and commands that note what they were asked and answer as told. */
export function apiUnderTest(
  answer: CommandResult | RunResult = { ok: true, state: 'queued' },
  token: string | null = TOKEN,
) {
  const asked: { what: string; with: unknown }[] = []
  const note =
    <R>(what: string, result: R) =>
    async (command: unknown): Promise<R> => {
      asked.push({ what, with: command })
      return result
    }
  const reads: ReadModel = {
    incidents: async (filter, page) => {
      asked.push({ what: 'incidents', with: filter })
      return fiveFrom(incident, page)
    },
    incident: async (id) =>
      id === 7 ? { ...incident(7), remediations: [remediation(1)], escalations: [], entries: [] } : null,
    remediations: async (filter, page) => {
      asked.push({ what: 'remediations', with: filter })
      return fiveFrom(remediation, page)
    },
    remediation: async (id) => (id === 7 ? { ...remediation(7), findings: [], runs: [], approval: null } : null),
    approvals: async (filter, page) => {
      asked.push({ what: 'approvals', with: filter })
      return fiveFrom(approval, page)
    },
    handlers: () => [],
    policies: () => ({ hash: 'abc', items: [] }),
    breakers: async () => [],
    killSwitch: async () => ({ on: false, by: 'ada', reason: '', at }),
  }
  const done = answer as CommandResult
  const commands: Commands = {
    acknowledge: note('acknowledge', done),
    resolve: note('resolve', done),
    approve: note('approve', done),
    deny: note('deny', done),
    cancel: note('cancel', done),
    run: note('run', answer as RunResult),
    resetBreaker: note('resetBreaker', done),
    setKillSwitch: note('setKillSwitch', done),
  }
  const { app, lines } = receiverUnderTest({ api: { token, loopbackOnly: token === null, reads, commands } })
  const headers = { authorization: `Bearer ${TOKEN}` }
  const get = (path: string) => app.request(`/api/v1${path}`, { headers })
  const post = (path: string, body: unknown, more: Record<string, string> = {}) =>
    app.request(`/api/v1${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...more },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { app, asked, lines, get, post }
}
