import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createCleanUps } from '../../src/app/cleanups.ts'
import { startAlertmanager } from '../../src/cli/demo/real-chain.ts'
import { silentLog } from '../../src/domain/log.ts'
import { fingerprintOf } from '../../src/receive/fingerprint.ts'
import { type Episode, newEpisode } from '../faults/episode.ts'
import { serverPath } from '../support/real-servers.ts'
import { type RecordingProxy, startRecordingProxy } from './recording-proxy.ts'

/** Starts a real Alertmanager that calls the service through a proxy which keeps what passes. */
export async function startRecordedAlertmanager(
  service: () => string,
  clusterFlags?: readonly string[],
): Promise<{ url: string; deliveries: RecordingProxy['deliveries'] }> {
  const cleanUps = createCleanUps(silentLog)
  onTestFinished(cleanUps.run)
  const folder = await mkdtemp(join(tmpdir(), 'nightshift-test-alertmanager-'))
  cleanUps.add('folder', () => rm(folder, { recursive: true }))
  const proxy = await startRecordingProxy(service)
  cleanUps.add('proxy', proxy.stop)
  const webhook = { url: `${proxy.url}/webhooks/alertmanager` }
  const url = await startAlertmanager(serverPath('alertmanager'), folder, webhook, cleanUps, clusterFlags)
  return { url, deliveries: proxy.deliveries }
}

const labelsOf = ({ name, kind, system, target }: Episode) => ({ alertname: kind, system, target, episode: name })

/** An alert whose action may never happen twice, known by the fingerprint that Alertmanager will give it. */
export function newAlert(): Episode {
  const episode = newEpisode('once', 'one')
  return { ...episode, fingerprint: fingerprintOf(labelsOf(episode)) }
}

/** Tells Alertmanager of an alert, as Prometheus does; with `endsAt`, that it is over. */
export async function tellAlertmanager(url: string, episode: Episode, endsAt?: Date): Promise<void> {
  const alert = { labels: labelsOf(episode), startsAt: episode.startsAt, ...(endsAt === undefined ? {} : { endsAt }) }
  const answer = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  })
  if (!answer.ok) throw new Error(`Alertmanager answered ${answer.status}: ${await answer.text()}`)
}
