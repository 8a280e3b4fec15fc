import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

/** One accepted WebSocket connection: text messages only, which is all that Socket Mode uses. */
export type Connection = {
  send: (message: unknown) => void
  /** Says good-bye, as Slack does before it recycles a connection. */
  close: () => void
  /** Breaks off without a word. */
  drop: () => void
}

const TEXT = 0x1
const CLOSE = 0x8
const PING = 0x9
const PONG = 0xa

/** Accepts an upgrade (RFC 6455, server side, without extensions and fragments). */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  on: { message: (text: string) => void; end: () => void },
): Connection {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
  const accept = createHash('sha1').update(key).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  let buffered = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk])
    for (let frame = readFrame(buffered); frame !== null; frame = readFrame(buffered)) {
      buffered = buffered.subarray(frame.length)
      if (frame.opcode === TEXT) on.message(frame.payload.toString())
      if (frame.opcode === PING) socket.write(writeFrame(PONG, frame.payload))
      if (frame.opcode === CLOSE) socket.end(writeFrame(CLOSE, frame.payload))
    }
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', on.end)
  return {
    send: (message) => socket.write(writeFrame(TEXT, Buffer.from(JSON.stringify(message)))),
    close: () => socket.write(writeFrame(CLOSE, Buffer.from([0x03, 0xe8]))),
    drop: () => socket.destroy(),
  }
}

/** The first whole frame of a client, unmasked; null until all of it is there. */
function readFrame(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (bytes.length < 2) return null
  const short = bytes.readUInt8(1) & 0x7f
  const extra = short === 126 ? 2 : short === 127 ? 8 : 0
  const maskAt = 2 + extra
  if (bytes.length < maskAt + 4) return null
  const size = extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const length = maskAt + 4 + size
  if (bytes.length < length) return null
  const mask = bytes.subarray(maskAt, maskAt + 4)
  const payload = Buffer.from(bytes.subarray(maskAt + 4, length))
  for (let at = 0; at < size; at++) payload.writeUInt8(payload.readUInt8(at) ^ mask.readUInt8(at % 4), at)
  return { opcode: bytes.readUInt8(0) & 0x0f, payload, length }
}

function writeFrame(opcode: number, payload: Buffer): Buffer {
  const size = payload.length
  const head = Buffer.alloc(size < 126 ? 2 : size < 65_536 ? 4 : 10)
  head.writeUInt8(0x80 | opcode, 0)
  head.writeUInt8(size < 126 ? size : size < 65_536 ? 126 : 127, 1)
  if (head.length === 4) head.writeUInt16BE(size, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2)
  return Buffer.concat([head, payload])
}
