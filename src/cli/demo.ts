import { type Command, FINDINGS, FINE, readArgs } from './command.ts'
import { programFolders } from './demo/find-program.ts'
import { playDemo } from './demo/play.ts'
import { findChainPrograms } from './demo/real-chain.ts'

export const command: Command = {
  name: 'demo',
  summary: 'Watch a real alert about a real database end in a verified fix',
  usage: `nightshift demo [--stay] [--real]

  --stay  leave everything up at the end, and print the URLs
  --real  let the real chain raise the first alert: exporter -> Prometheus -> Alertmanager (Debian's packages)`,
  run: async (args, io) => {
    const { values } = readArgs(args, { stay: { type: 'boolean' }, real: { type: 'boolean' } })
    const breaches = await playDemo({
      stay: values.stay ?? false,
      real: values.real ? findChainPrograms(programFolders(io.env.PATH ?? '')) : null,
      out: io.out,
      colour: io.isTty && !io.env.NO_COLOR,
      cwd: io.cwd,
    })
    if (breaches === null) io.err('told to end before its end; everything is stopped\n')
    return breaches === 0 ? FINE : FINDINGS
  },
}
