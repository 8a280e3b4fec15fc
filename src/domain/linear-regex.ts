import { setFlagsFromString } from 'node:v8'

// V8's second engine takes linear time. These let it say what it can run, and take over from the first one after 50,000
// steps back.
setFlagsFromString('--enable-experimental-regexp-engine')
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks')

/** Escapes that mean the same here and in RE2; of letters and digits, all others mean something else in one of them. */
const FOREIGN_ESCAPE = /(?:^|[^\\])(?:\\\\)*(\\(?![dDwWsSbBnrtfv]|x[0-9a-fA-F]{2})[a-zA-Z0-9])/

/**
 * Compiles a regular expression that is anchored at both ends and takes time in proportion to the text, as Alertmanager's
 * RE2 does: labels come from outside, and `(a+)+b` on forty letters would otherwise stop the service for hours.
 * Whatever RE2 would read differently (`\p`, `\A`, back references) or cannot run (look-ahead) is refused.
 * @throws SyntaxError
 */
export function linearRegex(source: string): RegExp {
  const [, foreign] = FOREIGN_ESCAPE.exec(source) ?? []
  if (foreign !== undefined) throw new SyntaxError(`${foreign} is not supported`)
  if (/\(\?(?!:|<[a-zA-Z])/.test(source)) throw new SyntaxError('look-around and flags inside are not supported')
  // Throws unless the linear engine can run it, and by itself first: "a)(b" would be one inside the brackets.
  new RegExp(source, 'l')
  return new RegExp(`^(?:${source})$`, 's')
}
