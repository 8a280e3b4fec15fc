import { SETTINGS, type Setting } from '../settings.ts'

/** The environment as `--help` shows it: one block per setting that is read, without the marks of Markdown. */
export function settingsHelp(settings: readonly Setting[] = SETTINGS): string {
  return settings
    .filter((setting) => !setting.later)
    .map(({ name, meaning, initial, otherwise }) => {
      const fallback = initial ?? otherwise
      return `  ${name}${fallback === undefined ? '' : ` (default: ${fallback})`}\n      ${meaning}`
    })
    .join('\n')
    .replaceAll('`', '')
}
