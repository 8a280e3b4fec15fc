/**
 * A process that uses an embedded server until its standard input closes: `node use-server.ts FOLDER`. Says what it got
 * on one line, as JSON.
 */
import { silentLog } from '../../src/domain/log.ts'
import { startEmbedded } from '../../src/embedded/server.ts'

const [dataDir = ''] = process.argv.slice(2)
const { url, adopted, stop } = await startEmbedded({ dataDir, log: silentLog, flags: { fsync: 'off' } })
console.log(JSON.stringify({ url, adopted }))
process.stdin.resume().once('end', () => void stop())
