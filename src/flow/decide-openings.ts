import type { Decision } from '../domain/decide.ts'
import { decide, findRule, type Match } from '../domain/decide.ts'
import { type ChainedEntry, SYSTEM } from '../domain/entry.ts'
import type { NewEscalation } from '../domain/escalation.ts'
import { alertKey, bookRemediation, factsFor, type History, horizonOf } from '../domain/history.ts'
import type { NewIncident } from '../domain/incident.ts'
import type { PolicySet } from '../domain/policy.ts'
import type { NewRemediation } from '../domain/remediation.ts'
import { substituteName } from '../domain/substitute.ts'
import { decisionEntry, escalationFor, remediationFor } from './decision-records.ts'
import type { LedgerTx } from './ledger.ts'
import type { Opening } from './sort-alerts.ts'

type Deps = { policies: () => PolicySet; shadow: boolean }
/** A decision about one incident, as it stands on disk. */
export type Decided = { incident: number; alertname: string; decision: Decision }
type Candidate = Opening & { key: string; match: Match | null; target: string | null; handler: string | null }

/**
 * Writes the new incidents and decides about those that are still open, one after the other against the same settled
 * history, so that budgets and blast radius count within the batch.
 */
export async function decideOpenings(
  tx: LedgerTx,
  openings: readonly Opening[],
  deps: Deps,
  now: Date,
): Promise<Decided[]> {
  if (openings.length === 0) return []
  const set = deps.policies()
  const candidates = openings.map((opening) => candidateOf(opening, set))
  const history = await loadHistoryFor(tx, candidates, deps.shadow, now)
  const incidentIds = await tx.takeIds('incident_id_seq', candidates.length)
  const remediationIds = await tx.takeIds(
    'remediation_id_seq',
    candidates.filter(({ endedAt }) => endedAt === null).length,
  )

  const incidents: NewIncident[] = []
  const remediations: NewRemediation[] = []
  const escalations: NewEscalation[] = []
  const entries: ChainedEntry[] = []
  const decided: Decided[] = []
  for (const [index, candidate] of candidates.entries()) {
    const incident = incidentIds[index] as number
    const { source, alert, endedAt, notification } = candidate
    const opened = {
      chain: incident,
      at: now,
      kind: 'incident.opened',
      actor: SYSTEM,
      data: {
        notification,
        source,
        fingerprint: alert.fingerprint,
        labels: alert.labels,
        startsAt: alert.startsAt.toISOString(),
      },
    } as const
    entries.push(opened)
    if (endedAt !== null) {
      incidents.push(newIncident(incident, candidate, null, now))
      entries.push({
        chain: incident,
        at: now,
        kind: 'incident.closed',
        actor: SYSTEM,
        data: { reason: 'over-before-a-decision', endedAt: endedAt.toISOString() },
      })
      continue
    }
    history.episodes.set(candidate.key, (history.episodes.get(candidate.key) ?? 0) + 1)
    const facts = factsFor(
      history,
      {
        incident,
        alertKey: candidate.key,
        system: candidate.match?.policy.system ?? null,
        rule: candidate.match?.rule ?? null,
        handler: candidate.handler,
        target: candidate.target,
      },
      now,
    )
    const decision = decide(alert.labels, candidate.match, 0, facts, set.severity.unmatched, now)
    const remediation = remediationFor(decision, incident, remediationIds.shift() as number, set.hash, now)
    if (remediation) {
      remediations.push(remediation)
      if (remediation.state === 'proposed')
        bookRemediation(
          history,
          {
            id: remediation.id,
            incident,
            system: remediation.system,
            rule: remediation.rule.name,
            target: remediation.target,
          },
          now,
        )
    }
    incidents.push(
      newIncident(
        incident,
        candidate,
        { decision, follows: decision.outcome === 'follow' ? facts.activeOnTarget : null },
        now,
      ),
    )
    escalations.push(escalationFor(decision, incident, facts.windowUntil, set, now))
    entries.push(decisionEntry(incident, decision, remediation?.id ?? null, set.hash, now))
    decided.push({ incident, alertname: alert.labels.alertname ?? '', decision })
  }
  await tx.insertIncidents(incidents)
  await tx.insertRemediations(remediations)
  await tx.insertEscalations(escalations)
  await tx.appendEntries(entries)
  return decided
}

function candidateOf(opening: Opening, set: PolicySet): Candidate {
  const { labels } = opening.alert
  const match = findRule(labels, set)
  const step = match?.rule.steps[0]
  const name = step === undefined ? null : substituteName(step.target, labels)
  return {
    ...opening,
    key: alertKey(opening.source, opening.alert.fingerprint),
    match,
    handler: step?.handler ?? null,
    target: match && name && 'value' in name ? `${match.policy.system}/${name.value}` : null,
  }
}

function loadHistoryFor(tx: LedgerTx, candidates: readonly Candidate[], shadow: boolean, now: Date): Promise<History> {
  const matched = candidates.flatMap(({ match }) => (match ? [match] : []))
  return tx.loadHistory(
    {
      systems: [...new Set(matched.map(({ policy }) => policy.system))],
      rules: [...new Set(matched.map(({ rule }) => rule.name))],
      targets: [...new Set(candidates.flatMap(({ target }) => (target === null ? [] : [target])))],
      alerts: [
        ...new Map(
          candidates.map((one) => [one.key, { source: one.source, fingerprint: one.alert.fingerprint }]),
        ).values(),
      ],
      horizonMs: horizonOf(matched.map(({ rule }) => rule)),
      shadow,
    },
    now,
  )
}

function newIncident(
  id: number,
  { source, alert, endedAt, match, repeats }: Candidate,
  decided: { decision: Decision; follows: number | null } | null,
  now: Date,
): NewIncident {
  return {
    id,
    source,
    fingerprint: alert.fingerprint,
    system: match?.policy.system ?? null,
    rule: match?.rule.name ?? null,
    severity: decided?.decision.severity ?? match?.rule.severity ?? 'P4',
    state: endedAt === null ? 'open' : 'closed',
    labels: alert.labels,
    annotations: alert.annotations,
    startsAt: alert.startsAt,
    openedAt: now,
    endedAt,
    repeats,
    follows: decided?.follows ?? null,
  }
}
