import { z } from 'zod'
import { BREAKER_RESET_MS } from '../domain/history.ts'
import { matcherText } from '../domain/matcher.ts'
import type { PolicySet } from '../domain/policy.ts'
import { isReadOnly } from '../handler/define.ts'
import type { Registry } from '../handler/registry.ts'
import { readKillSwitch } from '../ledger/controls.ts'
import type { Db } from '../ledger/database.ts'
import { findIncident, listIncidents } from '../ledger/incident-views.ts'
import { listBreakers, listRemediations, listWaiting, viewRemediation } from '../ledger/remediation-views.ts'
import type { ReadModel } from '../receive/api/api.ts'
import { SHOWN_ENTRIES } from '../receive/api/incident-view.ts'

/** What the API shows, read from the ledger, the policies in force and the handlers. */
export function createReads(db: Db, policies: () => PolicySet, registry: Registry, now: () => Date): ReadModel {
  return {
    incidents: (filter, page) => listIncidents(db, filter, page),
    incident: (id) => findIncident(db, id, SHOWN_ENTRIES),
    remediations: (filter, page) => listRemediations(db, filter, page),
    remediation: (id) => viewRemediation(db, id),
    approvals: ({ system }, page) => listWaiting(db, system, page),
    breakers: async () =>
      (await listBreakers(db)).map((breaker) => ({
        ...breaker,
        open: breaker.openedAt !== null && now().getTime() - breaker.openedAt.getTime() < BREAKER_RESET_MS,
      })),
    killSwitch: () => readKillSwitch(db),
    handlers: () =>
      [...registry].map(([id, handler]) => ({
        id,
        summary: handler.summary,
        target: handler.target,
        danger: handler.danger,
        idempotent: isReadOnly(handler) ? null : handler.idempotent,
        timeout: handler.timeout,
        params: z.toJSONSchema(handler.params, { io: 'input', unrepresentable: 'any' }),
      })),
    policies: () => policyView(policies()),
  }
}

function policyView(set: PolicySet): ReturnType<ReadModel['policies']> {
  return {
    hash: set.hash,
    items: set.policies.map(({ system, owner, file, hash, targets, rules }) => ({
      system,
      owner,
      file,
      hash,
      targets: Object.values(targets).map(({ name, kind }) => ({ name, kind })),
      rules: rules.map(({ name, position, match, severity, runbook, diagnose, steps, limits, approvers, shadow }) => ({
        name,
        position,
        match: match.map(matcherText),
        severity,
        runbook,
        diagnose: [...diagnose],
        steps: steps.map(({ handler, target, params, mode }) => ({ handler, target, params, mode })),
        limits,
        approvers: [...approvers],
        shadow,
      })),
    })),
  }
}
