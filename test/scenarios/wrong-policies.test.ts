import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { POLICIES, type Service, startService } from './service.ts'

let service: Service
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightshift-policies-'))
  await cp(POLICIES, folder, { recursive: true })
  service = await startService({ NIGHTSHIFT_POLICIES: folder })
})
afterEach(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

const inForce = async () => (await service.get('/api/v1/policies')).body.hash as string
const refusals = async () =>
  /nightshift_policy_reloads_refused_total (\d+)/.exec(await (await fetch(`${service.baseUrl}/metrics`)).text())?.[1]

it('never replace right ones: the last good set stays in force, and the metric says so', async () => {
  const before = await inForce()
  const file = join(folder, 'shop.yaml')
  const good = await readFile(file, 'utf8')
  await writeFile(file, good.replace('owner: tests', 'owner: tests\nunknownKey: 1'))
  await service.until(async () => expect(Number(await refusals())).toBeGreaterThan(0))
  expect(await inForce()).toBe(before)

  await writeFile(file, good.replace('owner: tests', 'owner: others'))
  await service.until(async () => expect(await inForce()).not.toBe(before))
})

it('a yes given after the policies changed is void', async () => {
  await service.forgetTransaction()
  await service.notify({ alertname: 'SlowStatements' })
  await service.until(async () => expect((await service.get('/api/v1/approvals')).body.items).toHaveLength(1))
  const before = await inForce()
  const file = join(folder, 'shop.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('owner: tests', 'owner: others'))
  await service.until(async () => expect(await inForce()).not.toBe(before))
  expect(await service.post('/api/v1/remediations/1/approve', { by: 'alice' })).toMatchObject({ status: 409 })
})
