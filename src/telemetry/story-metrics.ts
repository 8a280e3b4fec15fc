import { Counter, type Registry } from 'prom-client'

/** What the stories count: decisions, pages that fell due, runs whose worker died, policies that were refused. */
export function storyMetrics(registers: Registry[]) {
  const decisions = new Counter({
    name: 'nightshift_decisions_total',
    help: 'Decisions about incidents, by outcome and reason',
    labelNames: ['system', 'outcome', 'reason'],
    registers,
  })
  const due = new Counter({
    name: 'nightshift_escalations_due_total',
    help: 'Incidents that a person is to be told about, by severity',
    labelNames: ['severity'],
    registers,
  })
  const lost = new Counter({
    name: 'nightshift_runs_lost_total',
    help: 'Runs whose worker stopped beating: their outcome had to be settled',
    registers,
  })
  const refused = new Counter({
    name: 'nightshift_policy_reloads_refused_total',
    help: 'Changed policies that were wrong; the last good ones stayed in force',
    registers,
  })
  return {
    decided: (system: string, outcome: string, reason: string) => decisions.inc({ system, outcome, reason }),
    escalationDue: (severity: string) => due.inc({ severity }),
    runsLost: (count: number) => lost.inc(count),
    reloadRefused: () => refused.inc(),
  }
}
