import { styleText } from 'node:util'
import type { Reporter, TestModule } from 'vitest/node'

/** Title of a suite that cannot run here; `LeftOut` finds it again. */
export function leftOutTitle(title: string, missing: readonly string[]): string {
  return `${title} (left out: no ${missing.join(', ')} on this machine)`
}

const LEFT_OUT_TITLE = /\(left out: no (.+?) on this machine\)/

/** Says at the end of a run, loudly, what was not tested because a real server is missing on this machine. */
export class LeftOut implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = new Map<string, number>()
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) {
        const missing = LEFT_OUT_TITLE.exec(test.fullName)?.[1]
        if (missing === undefined) continue
        const key = `${module.relativeModuleId} (${missing})`
        tests.set(key, (tests.get(key) ?? 0) + 1)
      }
    }
    if (tests.size === 0) return
    const lines = [...tests].map(([key, count]) => `  ${count} test${count === 1 ? '' : 's'} in ${key}`)
    const text = ['LEFT OUT, NOT TESTED: real servers are missing on this machine.', ...lines]
    console.error(
      styleText(['bold', 'yellow'], [...text, 'scripts/install-test-servers brings them (Debian, root).'].join('\n')),
    )
  }
}
