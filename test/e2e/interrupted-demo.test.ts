import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { describeWith } from '../support/real-servers.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

describeWith(['prometheus', 'alertmanager', 'postgres_exporter'], 'the demo with the real chain', () => {
  test('stops all that it started when it is interrupted, and says so', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'nightshift-test-demo-'))
    onTestFinished(() => rm(cwd, { recursive: true }))
    const demo = spawn(process.execPath, [MAIN, 'demo', '--real'], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void demo.kill('SIGKILL'))
    const complaints = text(demo.stderr)
    let said = ''
    demo.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    while (!said.includes('told by postgres_exporter')) await once(demo.stdout, 'data')
    const before = (await commandLines(cwd)).join('\n')
    for (const flag of ['--storage.tsdb.path', '--storage.path']) expect(before).toContain(`${flag}=${cwd}`)

    demo.kill('SIGINT')
    const [code] = await once(demo, 'exit')
    expect({ code, complaints: await complaints }).toEqual({
      code: 1,
      complaints: 'told to end before its end; everything is stopped\n',
    })
    expect(await commandLines(cwd)).toEqual([])
    expect(await readdir(join(cwd, '.data'))).toEqual([])
  })
})

/** Command lines of the processes that were told about this folder. */
async function commandLines(folder: string): Promise<string[]> {
  const all =
    process.platform === 'linux' ? await procLines() : (await promisify(execFile)('ps', ['-eo', 'args'])).stdout
  return all.split('\n').filter((line) => line.includes(folder))
}

async function procLines(): Promise<string> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  // One that has ended meanwhile has no command line any more.
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.replaceAll('\0', ' ').replaceAll('\n', ' ')).join('\n')
}
