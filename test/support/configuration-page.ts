import type { Setting } from '../../src/settings.ts'

/** The text of docs/configuration.md. */
export function configurationPage(settings: readonly Setting[]): string {
  const now = settings.filter((setting) => !setting.later)
  const later = settings.filter((setting) => setting.later)
  return `# Configuration

Everything is set in the environment, and nothing has to be: without any of these Nightshift runs on an embedded PostgreSQL
and listens on this machine only.

- Each name also exists with \`_FILE\` at its end: the file holds the value (\`DATABASE_URL_FILE=/run/secrets/database-url\`).
- An empty value counts as not set.
- A wrong value stops the start, and all problems are listed at once. An unknown \`NIGHTSHIFT_…\` name is one: it is a typo
  that would silently not count. Values marked 🔒 are never shown, neither in problems nor in logs.

${table(now)}

## Known, not read yet

These can be set already; the start says that nothing reads them.

${table(later)}

This page is made from \`src/settings.ts\`; \`npx vitest run test/config.test.ts -u\` writes it anew.
`
}

function table(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, secret, meaning, initial, otherwise }) => {
    return `| \`${name}\`${secret ? ' 🔒' : ''} | ${meaning} | ${initial === null ? (otherwise ?? '') : `\`${initial}\``} |`
  })
  return ['| name | meaning | default |', '| --- | --- | --- |', ...rows].join('\n')
}
