// The webhook and the download as a Node shop would write them: Node's own http, and pg.
//
// Prepared statements, one process, no framework. The statements are Latchkey's own (STATEMENTS).
'use strict'
const http = require('http')
const fs = require('fs')
const { createHash, createHmac, randomBytes, timingSafeEqual } = require('crypto')
const { Pool } = require('pg')

const env = process.env
const statements = JSON.parse(fs.readFileSync(env.STATEMENTS))
const signing = (env.STRIPE_WEBHOOK_SECRETS || '').split(',')
const pepper = Buffer.from(env.KEY_PEPPER || '', 'base64')
const versioned = (text) => {
  const [version, secret] = (text || '0:').split(',')[0].split(':')
  return { version: Number(version), secret: Buffer.from(secret, 'base64') }
}
const license = versioned(env.LICENSE_SECRETS)
const token = versioned(env.TOKEN_SECRETS)
const [, , accessID, storageSecret] = (env.STORAGE_SIGNER || '::').match(/^([^:]*):([^:]*):(.*)$/) || []
const pool = new Pool({ connectionString: env.DATABASE_URL, min: 8, max: 8, idleTimeoutMillis: 0 })
const tag = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest()
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

// --- values of the statements

function constant ({ constant, type }) {
  if (constant === null || !type.endsWith('[]')) return constant
  return constant === '{}' ? [] : constant.slice(1, -1).split(',')
}

function prepared (name, entry) {
  const readers = entry.parameters.map((parameter) => {
    if (parameter.name === 'now') return (v) => new Date(v.now + parameter.offset * 1000).toISOString()
    if (parameter.name) return (v) => v[parameter.name]
    const value = constant(parameter)
    return () => value
  })
  return (v) => ({ name, text: entry.text, values: readers.map((read) => read(v)) })
}

const firstTransaction = (name) =>
  (statements[name] || []).filter((s) => s.transaction === 0).map((s, index) => prepared(name + index, s))
const sale = firstTransaction('webhook')
const use = firstTransaction('download')

// --- IDs and keys

const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function v7 (milliseconds, entropy) {
  const bytes = Buffer.alloc(16)
  bytes.writeUIntBE(milliseconds, 0, 6)
  bytes.writeUInt16BE(0x7000 | (entropy.readUInt16BE(6) & 0x0fff), 6)
  const low = 0x8000000000000000n | (entropy.readBigUInt64BE(8) >> 2n)
  bytes.writeBigUInt64BE(low, 8)
  return bytes
}

function text (uuid) {
  const hex = uuid.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const derived = (kind, session, milliseconds, detail) =>
  v7(milliseconds, sha256(`latchkey ${kind} v1${session}${detail ? ' ' + detail : ''}`))
const timesGenerator = (value) => (value << 1) & 32 ? (value << 1) ^ 37 : value << 1

function licenseKey (id) {
  const bits = BigInt('0x' + tag(license.secret, 'latchkey license v1', id).subarray(0, 7).toString('hex')) >> 1n
  const values = []
  for (let shift = 50n; shift >= 0n; shift -= 5n) values.push(Number((bits >> shift) & 31n))
  const row = [...'GENX'].map((letter) => symbols.indexOf(letter)).concat(values)
  const check = timesGenerator(row.reduce((sum, value) => timesGenerator(sum) ^ value, 0))
  const key = values.concat(check).map((value) => symbols[value]).join('')
  return `GENX-${key.slice(0, 4)}-${key.slice(4, 8)}-${key.slice(8)}`
}

// --- the webhook

function isSigned (header, body) {
  const parts = Object.fromEntries(header.split(',').map((part) => part.split('=')))
  if (!parts.t || !parts.v1 || Math.abs(Date.now() / 1000 - Number(parts.t)) > 300) return false
  const given = Buffer.from(parts.v1, 'hex')
  return signing.some((secret) => {
    const own = tag(secret, parts.t + '.', body)
    return own.length === given.length && timingSafeEqual(own, given)
  })
}

async function sell (event, payload) {
  const session = event.data.object
  const opened = session.created * 1000
  const now = Date.now()
  const id = derived('license', session.id, opened, '0')
  const key = licenseKey(id)
  const hash = tag(pepper, key)
  const values = {
    event_id: event.id, event_type: event.type, api_version: event.api_version,
    created: new Date(event.created * 1000).toISOString(), payload, session_id: session.id,
    payment_intent: session.payment_intent, email: session.customer_details.email,
    customer_name: session.customer_details.name, amount: session.amount_total, currency: session.currency,
    order_id: session.metadata.latchkey_order, fallback_order_id: text(derived('order', session.id, opened)),
    product_id: product, customer_id: text(v7(now, randomBytes(16))), grant_id: text(v7(now, randomBytes(16))),
    email_id: text(derived('email', session.id, opened, 'paid')), license_ids: [text(id)], license_id: text(id),
    key_hashes: [hash], key_hash: hash, last_fours: [key.slice(-4)], last_four: key.slice(-4), now
  }
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    for (const statement of sale) await client.query(statement(values))
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

async function webhook (request, response, body) {
  if (!isSigned(request.headers['stripe-signature'] || '', body)) {
    return answer(response, 400, { 'Content-Type': 'application/problem+json' }, '{"title":"The signature does not hold."}')
  }
  const payload = body.toString()
  await sell(JSON.parse(payload), payload)
  answer(response, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }, '{"received":true}')
}

// --- the download

const encode = (value) => encodeURIComponent(value).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())

function opened (text) {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== 48 || bytes.readUInt32BE(0) !== token.version) return null
  const content = bytes.subarray(0, 28)
  if (!timingSafeEqual(tag(token.secret, 'latchkey download v1', content).subarray(0, 20), bytes.subarray(28))) return null
  return Number(content.readBigUInt64BE(20)) > Date.now() / 1000 ? content.subarray(4, 20) : null
}

function link (object, file, size) {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${stamp.slice(0, 8)}/auto/storage/goog4_request`
  const path = `/${env.STORAGE_BUCKET}/${object.split('/').map(encode).join('/')}`
  const query = `X-Goog-Algorithm=GOOG4-HMAC-SHA256&X-Goog-Credential=${encode(`${accessID}/${scope}`)}&X-Goog-Date=${stamp}` +
    `&X-Goog-Expires=${Math.min(300 + Math.floor(size / 1e6), 900)}&X-Goog-SignedHeaders=host` +
    `&response-content-disposition=${encode(`attachment; filename="${file}"`)}`
  const host = env.STORAGE_BASE.split('://')[1]
  const canonical = `GET\n${path}\n${query}\nhost:${host}\n\nhost\nUNSIGNED-PAYLOAD`
  const toSign = `GOOG4-HMAC-SHA256\n${stamp}\n${scope}\n${sha256(canonical).toString('hex')}`
  const signature = [stamp.slice(0, 8), 'auto', 'storage', 'goog4_request', toSign].reduce((key, part) => tag(key, part), 'GOOG4' + storageSecret)
  return `${env.STORAGE_BASE}${path}?${query}&X-Goog-Signature=${signature.toString('hex')}`
}

async function download (request, response, tokenText, file) {
  const grant = opened(tokenText)
  if (!grant) return answer(response, 404, {}, '')
  const caller = Buffer.from(request.headers['x-forwarded-for'].split(',').pop().trim().split('.').map(Number))
  const keys = [sha256('download-address\0', caller), sha256('download-link\0', grant)].sort(Buffer.compare)
  const values = { grant_id: text(grant), file_name: file, now: Date.now(), limit_keys: keys }
  const row = (await pool.query(use[0](values))).rows[0]
  if (!row.admitted) return answer(response, 429, {}, '')
  if (row.object_name === null) return answer(response, 410, {}, '')
  answer(response, 302, { Location: link(row.object_name, row.file_name, Number(row.size)), 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex' }, '')
}

// --- the process

function answer (response, status, fields, body) {
  response.writeHead(status, { ...fields, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}

function handle (request, response) {
  const parts = []
  request.on('data', (part) => parts.push(part))
  request.on('end', () => {
    const [, kind, second, third] = request.url.split('/')
    const work = kind === 'download'
      ? download(request, response, second, third)
      : webhook(request, response, Buffer.concat(parts))
    work.catch((error) => {
      console.error(error)
      answer(response, 500, {}, '')
    })
  })
}

let product
pool.query("SELECT id FROM products WHERE slug = 'genx-delay'").then((result) => {
  product = result.rows[0].id
  const server = http.createServer(handle)
  server.keepAliveTimeout = 0
  server.listen(Number(env.PORT), '127.0.0.1')
})
