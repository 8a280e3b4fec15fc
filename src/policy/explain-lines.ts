import { formatDuration } from '../domain/duration.ts'
import type { Call } from '../domain/policy.ts'
import type { Explanation, PagePlan, Rung } from './explain.ts'

/** How many near misses a person wants to see. */
const NEAREST = 3

/** The explanation as lines for a terminal, without control characters: labels come from outside. */
export function explainLines(explanation: Explanation): string[] {
  const { labels, rule, severity, checks, decision, diagnose, ladder, pages } = explanation
  const rows: [string, string][] = [
    [
      'alert',
      Object.entries(labels)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(' '),
    ],
    ['rule', rule ? `${rule.name} of ${rule.system} (${rule.position})` : 'none matches'],
    ['severity', severity],
    ...checks.map(({ guard, passed, detail }): [string, string] => [
      'guard',
      `${passed ? 'passes' : 'STOPS '}  ${guard}${detail === 'passes' ? '' : `: ${detail}`}`,
    ]),
    ['decision', `${decision.outcome}, ${decision.reason}: ${decision.detail}`],
    ...diagnose.map((call): [string, string] => ['diagnose', callText(call)]),
    ...ladder.flatMap((rung) => rungRows(rung, ladder.length)),
    ...pages.map((page): [string, string] => ['page', pageText(page)]),
    ...missRows(explanation),
  ]
  return rows.map(([title, text], index) =>
    printable(`${(rows[index - 1]?.[0] === title ? '' : title).padEnd(10)}${text}`),
  )
}

function rungRows(rung: Rung, count: number): [string, string][] {
  const title = `step ${rung.number}/${count}`
  if ('reason' in rung) return [[title, `not possible, ${rung.reason}: ${rung.detail}`]]
  const { step, approval } = rung
  const { promql, withinMs, everyMs } = step.verify
  return [
    [title, `${callText(step)}, ${step.mode}`],
    ...(approval
      ? [
          [
            title,
            `needs ${approval.needed} of ${approval.people.join(', ')} within ${formatDuration(step.approveWithinMs)}`,
          ] as [string, string],
        ]
      : []),
    [
      title,
      `verified by its own check${promql === null ? '' : ` and ${promql}`} within ${formatDuration(withinMs)}, every ${formatDuration(everyMs)}`,
    ],
  ]
}

function pageText({ afterMs, to, people }: PagePlan): string {
  const who = people.length === 1 && people[0] === to ? to : `${to} (${people.join(', ')})`
  return `${afterMs === 0 ? 'at once' : `after ${formatDuration(afterMs)}`}  ${who}`
}

function missRows({ nearMisses, rule }: Explanation): [string, string][] {
  return nearMisses
    .slice(0, NEAREST)
    .map(({ rule: name, position, fails }): [string, string] => [
      'near miss',
      fails.length === 0
        ? `${name} (${position}): matches too, but ${rule?.name} stands before it`
        : `${name} (${position}): ${fails.map(({ matcher, actual }) => `${matcher}, but it ${actual === null ? 'is absent' : `is ${JSON.stringify(actual)}`}`).join('; ')}`,
    ])
}

function callText({ handler, target, params }: Call): string {
  const given = Object.entries(params).map(
    ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return `${handler} on ${target}${given.length === 0 ? '' : ` (${given.join(', ')})`}`
}

/** Control, line-separator and direction characters as escapes: a label must not steer the terminal or hide its neighbour. */
function printable(line: string): string {
  return line.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
