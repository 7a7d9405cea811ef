// oauth4webapi against a running Zvit: see `run`.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as oauth from 'oauth4webapi'

const base = process.env.BASE
const options = base.startsWith('http://') ? { [oauth.allowInsecureRequests]: true } : {}
const issuer = new URL(base)

const discovered = await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oauth2' })
const as = await oauth.processDiscoveryResponse(issuer, discovered)
assert.ok(as.token_endpoint_auth_methods_supported.includes('private_key_jwt'))
console.log('oauth4webapi: metadata')

const account = JSON.parse(readFileSync(process.env.ACCOUNTS, 'utf8')).find(({ role }) => role === 'institution')
const client = { client_id: account.client_id }

async function token(auth) {
  const answer = await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams(), options)
  return (await oauth.processClientCredentialsResponse(as, client, answer)).access_token
}

const me = (access) => oauth.protectedResourceRequest(access, 'GET', new URL('/v1/me', base), undefined, undefined, options)

// Token, use, revocation, refusal.
async function walk(auth) {
  const access = await token(auth)
  const found = await me(access)
  assert.equal(found.status, 200)
  assert.equal((await found.json()).client_id, client.client_id)
  await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, access, options))
  await assert.rejects(me(access), (error) => error instanceof oauth.WWWAuthenticateChallengeError && error.status === 401)
}

await walk(oauth.ClientSecretBasic(account.client_secret))
console.log('oauth4webapi: client_secret_basic')
await walk(oauth.ClientSecretPost(account.client_secret))
console.log('oauth4webapi: client_secret_post')

const access = await token(oauth.ClientSecretBasic(account.client_secret))
for (const [alg, algorithm] of [
  ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
  ['EdDSA', { name: 'Ed25519' }],
]) {
  const pair = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const kid = `oauth4webapi-${alg}`
  const added = await fetch(`${base}/v1/clients/${client.client_id}/keys`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${access}`,
      'content-type': 'application/json',
      'idempotency-key': crypto.randomUUID(),
    },
    body: JSON.stringify({ kty, crv, x, y, kid, alg }),
  })
  assert.equal(added.status, 201, await added.text())
  await walk(oauth.PrivateKeyJwt({ key: pair.privateKey, kid }))
  console.log(`oauth4webapi: private_key_jwt ${alg}`)
}

const stranger = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
await assert.rejects(
  token(oauth.PrivateKeyJwt({ key: stranger.privateKey, kid: 'oauth4webapi-ES256' })),
  (error) => error.status === 401,
)
console.log('oauth4webapi: a key that is not registered is refused')
