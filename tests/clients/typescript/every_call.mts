// What an integrator's program does, with the types of openapi-typescript and the client of openapi-fetch: see `../run`.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './zvit.d.ts'

type Schemas = components['schemas']
type Account = { client_id: string, client_secret: string, role: string, owner?: string }

const LONGER_THAN_A_TOKEN_LIVES_S = 660
const MEMBER = 'added_tomorrow', WORD = 'word_of_tomorrow'

function setting(name: string): string {
  const value = process.env[name]
  assert(value, name)
  return value
}

const accounts: Account[] = JSON.parse(readFileSync(setting('ACCOUNTS'), 'utf8'))

/** Asks for a token when there is none, and for another when the service says that this one has expired. */
function renewedToken(url: string, { client_id, client_secret }: Account) {
  const sent = new Map<string, Request>()
  let token: string | undefined
  let asked = 0

  async function renewed(): Promise<string> {
    const { data, error } = await createClient<paths>({ baseUrl: url }).POST('/oauth2/token', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: { grant_type: 'client_credentials', client_id, client_secret },
    })
    assert(data, `${error?.error}: ${error?.error_description}`)
    asked += 1
    token = data.access_token
    return token
  }

  const middleware: Middleware = {
    async onRequest({ request, id }) {
      request.headers.set('Authorization', `Bearer ${token ?? await renewed()}`)
      // A request's body can be sent once, so the copy is taken before.
      sent.set(id, request.clone())
      return request
    },
    async onResponse({ response, id }) {
      const again = sent.get(id)
      sent.delete(id)
      if (response.status !== 401 || !again) return undefined
      const problem: Schemas['Problem'] = await response.clone().json()
      if (problem.code !== 'token_expired') return undefined
      again.headers.set('Authorization', `Bearer ${await renewed()}`)
      return fetch(again)
    },
  }
  return { middleware, asked: () => asked }
}

function clientOf(url: string, role: string, owner?: string) {
  const account = accounts.find(one => one.role === role && (owner === undefined || one.owner === owner))
  assert(account, `${role} ${owner}`)
  const token = renewedToken(url, account)
  const client = createClient<paths>({ baseUrl: url })
  client.use(token.middleware)
  return { client, token }
}

type Zvit = ReturnType<typeof clientOf>['client']

/** The case that the team has of an incident, and the cursor behind everything. */
async function caseOf(team: Zvit, incident: string) {
  let found: Schemas['CaseItem'] | undefined
  let cursor: string | undefined
  for (;;) {
    const { data: page, error } = await team.GET('/v1/cases', { params: { query: cursor ? { cursor } : {} } })
    assert(page, error?.detail)
    found = page.items.find(item => item.incident?.id === incident) ?? found
    if (page.items.length === 0) return { found, cursor: page.next_cursor }
    cursor = page.next_cursor
  }
}

async function reportAndAcknowledge(url: string) {
  const { client: institution, token } = clientOf(url, 'institution')
  const submission = {
    params: { header: { 'Idempotency-Key': randomUUID() } },
    body: { description: 'The booking system has been unreachable since 04:10; files are encrypted.' },
  }
  const first = await institution.POST('/v1/incidents', submission)
  assert(first.data, first.error?.detail)
  assert.equal(first.response.status, 201)
  assert.equal(first.response.headers.get('Idempotency-Replayed'), null)
  const incident = first.data
  console.log('ok: reported', incident.reference)

  const again = await institution.POST('/v1/incidents', submission)
  assert.equal(again.response.status, 201)
  assert.equal(again.response.headers.get('Idempotency-Replayed'), 'true')
  assert.deepEqual(again.data, incident)
  console.log('ok: a repetition with its key is answered as the first')

  const { data: listed } = await institution.GET('/v1/incidents')
  assert(listed?.items.some(item => item.id === incident.id))
  console.log('ok: it stands in the list')

  const { error: refused } = await institution.POST('/v1/incidents', { body: { description: '' } })
  assert.equal(refused?.status, 422)
  assert.equal(refused.code, 'validation_failed')
  assert.deepEqual(refused.errors?.map(error => error.pointer), ['/description'])
  console.log('ok: a refusal says where the fault is')

  const { client: team } = clientOf(url, 'team', incident.assignments[0]?.team.id)
  const { found, cursor } = await caseOf(team, incident.id)
  assert.equal(found?.state, 'assigned')
  const { data: taken } = await team.POST('/v1/cases/{id}/acknowledge', {
    params: { path: { id: found.id } }, body: { external_ref: 'T-2026-17' },
  })
  assert.equal(taken?.state, 'acknowledged')
  assert.equal(taken.external_ref, 'T-2026-17')
  const { data: news } = await team.GET('/v1/cases', { params: { query: { cursor } } })
  assert.deepEqual(news?.items.map(item => [item.id, item.state]), [[found.id, 'acknowledged']])
  console.log('ok: its team found it, acknowledged it, and was told so behind its cursor')

  assert.equal(token.asked(), 1)
  writeFileSync(setting('CLOCK'), String(LONGER_THAN_A_TOKEN_LIVES_S))
  // A request with a body, which has to be sent twice.
  const still = await institution.POST('/v1/incidents', submission)
  assert.equal(still.data?.id, incident.id)
  assert.equal(token.asked(), 2)
  console.log('ok: an expired token is renewed, and the call goes on')
}

async function readTheAnswersOfTomorrow(url: string) {
  const { client: institution } = clientOf(url, 'institution')
  const { data: incident } = await institution.POST('/v1/incidents', {
    params: { header: { 'Idempotency-Key': randomUUID() } },
    body: { description: "The laboratory can't print results." },
  })
  assert(incident)
  assert.equal(incident.status, WORD)
  assert.equal(incident.sector, WORD)
  assert.equal(incident.assignments[0]?.state, WORD)
  assert(incident[MEMBER] && incident.triage[MEMBER])

  const { error: refused } = await institution.POST('/v1/incidents', { body: { description: '' } })
  assert.equal(refused?.code, WORD)
  assert.equal(refused.errors?.[0]?.pointer, '/description')
  const missing = await institution.GET('/v1/incidents/{id}', { params: { path: { id: randomUUID() } } })
  assert.equal(missing.error?.status, 404)

  const { client: team } = clientOf(url, 'team', incident.assignments[0].team.id)
  const { found } = await caseOf(team, incident.id)
  assert.equal(found?.state, WORD)
  assert(found[MEMBER] && found.incident?.[MEMBER])

  const { client: coordinator } = clientOf(url, 'coordinator')
  const { client: auditor } = clientOf(url, 'auditor')
  const params = { path: { id: incident.id } }
  const answers = await Promise.all([
    institution.GET('/v1/me'),
    institution.GET('/v1/vocabularies'),
    institution.GET('/v1/incidents'),
    institution.GET('/v1/incidents/{id}', { params }),
    institution.GET('/v1/incidents/{id}/reports', { params }),
    institution.GET('/v1/incidents/{id}/timeline', { params }),
    institution.GET('/v1/incidents/{id}/receipt', { params }),
    institution.GET('/v1/incidents/feed'),
    team.GET('/v1/cases/{id}', { params: { path: { id: found.id } } }),
    coordinator.GET('/v1/teams'),
    coordinator.GET('/v1/institutions'),
    coordinator.GET('/v1/routing-rules'),
    auditor.GET('/v1/audit-events'),
  ])
  for (const { data, response } of answers) assert(data?.[MEMBER], response.url)
  console.log('ok: members and words of tomorrow break nothing')
}

await reportAndAcknowledge(setting('ZVIT_URL'))
await readTheAnswersOfTomorrow(setting('DOCTORED_URL'))
