import { verifySlackRequest } from '@slack/bolt'

/** How far Slack's clock and ours may be apart, in seconds: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const WINDOW_S = 5 * 60

/**
 * Checks that a request was signed by Slack for this app, lately. The signature is compared in constant time by Bolt's own
 * check, which looks at the past only; a timestamp from the future would stay valid for longer than the window, so it is
 * refused here.
 * @returns why not, or null when it was
 */
export function signatureProblem(
  headers: Headers,
  body: string,
  signingSecret: string,
  now: Date,
): 'bad-signature' | 'stale' | null {
  const stamp = headers.get('x-slack-request-timestamp') ?? ''
  const signature = headers.get('x-slack-signature') ?? ''
  // Number() would also take what Slack never sends: '', '0x1', '1e9', ' 1 '.
  if (!/^\d{1,12}$/.test(stamp)) return 'bad-signature'
  const timestamp = Number(stamp)
  if (Math.abs(now.getTime() / 1000 - timestamp) > WINDOW_S) return 'stale'
  try {
    verifySlackRequest({
      signingSecret,
      body,
      headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp },
      nowMilliseconds: now.getTime(),
    })
    return null
  } catch {
    return 'bad-signature'
  }
}
