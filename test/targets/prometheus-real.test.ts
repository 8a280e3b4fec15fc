import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../src/embedded/free-port.ts'
import type { PrometheusTarget } from '../../src/handler/targets.ts'
import { prometheusTarget } from '../../src/targets/prometheus.ts'
import { describeWith, serverPath } from '../support/real-servers.ts'

describeWith(['prometheus'], 'the client against a real Prometheus', () => {
  let folder: string
  let server: ChildProcess
  let target: PrometheusTarget

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nightshift-test-prometheus-'))
    const port = await freePort()
    const config = join(folder, 'prometheus.yml')
    await writeFile(config, '{}')
    const flags = { 'config.file': config, 'storage.tsdb.path': folder, 'web.listen-address': `127.0.0.1:${port}` }
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
    server = spawn(serverPath('prometheus'), args, { stdio: 'ignore' })
    target = prometheusTarget('metrics', { url: `http://127.0.0.1:${port}` })
    await vi.waitFor(() => target.query('1'), { timeout: 30_000 })
  })
  afterAll(async () => {
    const gone = once(server, 'exit')
    server.kill()
    await gone
    await rm(folder, { recursive: true })
  })

  test('reads what Prometheus writes: vectors, scalars, infinity, nothing', async () => {
    expect(await target.query('label_replace(vector(0.5), "job", "fluxbase", "", "")')).toEqual([
      { labels: { job: 'fluxbase' }, value: 0.5 },
    ])
    expect(await target.query('6 * 7')).toEqual([{ labels: {}, value: 42 }])
    expect(await target.query('vector(1) / 0')).toEqual([{ labels: {}, value: Number.POSITIVE_INFINITY }])
    expect(await target.query('vector(1) > 2')).toEqual([])
    expect(await target.query('vector(0) / 0')).toEqual([])
  })

  test.each([
    ['a query that does not parse', 'up{', /parse error/],
    ['a range', 'up[5m]', /gives a matrix/],
    ['a string', '"up"', /gives a string/],
    ['a function that it does not have', 'no_such_function(up)', /unknown function/],
  ])('%s is refused by the real one as a wrong parameter', async (_, promql, message) => {
    await expect(target.query(promql)).rejects.toMatchObject({
      code: 'bad-parameter',
      message: expect.stringMatching(message),
    })
  })
})
