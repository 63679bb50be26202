// Every seeded fault of the reference server's limiter on real sockets: does a rule that is meant for it name it, and does
// no other rule speak?
//
//     node tests/limiters/defects.mjs                              every fault at 5/1s and 20/2s: some twenty minutes
//     SEEDS=3 JOBS=2 SIZES=20/2s node tests/limiters/defects.mjs limit-one-more check-then-act
//     TOLLGATE=... node tests/limiters/defects.mjs                 with this program instead of target/release/tollgate
//
// Prints a Markdown table. Exits with 1 if a fault was seen at no size, or if a rule failed that is neither among those
// that `tollgate serve --defects` names nor one that the fault made speak in simulated time (docs/limits-self-test.md);
// reports and texts stay in target/limiters/defects.
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const tollgate = process.env.TOLLGATE ?? join(root, 'target/release/tollgate')
const work = join(root, 'target/limiters/defects')
const sizes = (process.env.SIZES ?? '5/1s 20/2s').split(' ')
const seeds = Number(process.env.SEEDS ?? 1)
const jobs = Number(process.env.JOBS ?? 4)
const asked = process.argv.slice(2)

rmSync(work, { recursive: true, force: true })
mkdirSync(work, { recursive: true })
const output = (...args) => spawnSync(tollgate, args, { encoding: 'utf8' }).stdout
const keys = JSON.parse(output('serve', '--keys'))
const given = ['api_key', 'second_key', 'other_workspace_key'].flatMap((name) => ['--key', keys[name].key])
// The last column of the trial's table: every rule that a fault gives reason for.
const trial = new Map(readFileSync(join(root, 'docs/limits-self-test.md'), 'utf8').split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map((cells) => [cells[1], cells[9]?.match(/[A-Z]{2}\d{3}/g) ?? []]))
// What else follows from a fault where there is a contract, or from one that the trial does not have.
const follows = {
  'retry-after-days': ['RC002', 'RC004', 'HD006'],
  'limit-remaining-negative': ['HD005'],
  'gateway-limit': ['EN002'],
  'edge-limit': ['EN002'],
  'daily-limit-as-window': ['RA005'],
  'limit-as-internal': ['ST002'],
  'check-then-act': ['HD004'],
  'limiter-fails-open': ['HD004'],
}
// Faults that cannot be seen at these sizes: a day does not end meanwhile, and a window of one or two seconds is too short
// for whole seconds to tell it from one half as long again, or a constant reset from a true one.
const unseen = ['day-never-ends', 'window-longer', 'reset-constant']
const defects = output('serve', '--defects')
  .split('\n')
  .map((line) => line.trim().split(/ {2,}/))
  .filter((parts) => / ?limits /.test(` ${parts[3] ?? ''}`))
  .map(([, id, , rules]) => ({ id, rules: rules.replace(/^.*limits /, '').split(' ') }))
  .filter(({ id }) => asked.length === 0 || asked.includes(id))

// A server with the fault that said it is ready.
function serve(defect, size, daily) {
  const server = spawn(tollgate, ['serve', '--port', '0', '--limit', size, '--defect', defect, ...daily], { stdio: ['ignore', 'pipe', 'ignore'] })
  return new Promise((ready, failed) => {
    let text = ''
    server.stdout.on('data', (data) => {
      text += data
      const origin = text.match(/http:\/\/[0-9.:]+/)
      if (origin) ready({ server, origin: origin[0] })
    })
    server.on('exit', () => failed(new Error(`the server with ${defect} ended`)))
  })
}

async function probe({ id, rules }, size, seed) {
  // A day of two windows is enough; other probes would use it up.
  const day = rules.some((rule) => rule.startsWith('DQ')) || /daily|day-never|a-day$/.test(id)
  const daily = day ? ['--daily', String(Number(size.split('/')[0]) * 2)] : []
  const only = day ? ['--only', 'daily'] : []
  const { server, origin } = await serve(id, size, daily)
  const run = join(work, `${id}.${size.split('/')[0]}.${seed}`)
  const args = ['limits', '--target', origin, '--contract', 'propertybase-v1', '--request', 'GET /leads',
    '--write', 'POST /leads', '--body', '{"name":"Ada","email":"{{marker}}@example.com"}', '--list', 'GET /leads?limit=100',
    '--other', 'HEAD /leads', '--reset-unit', 'delay',
    '--limit', size, '--seed', String(seed), '--max-seconds', '170', ...given, ...daily, ...only, '--report', `json=${run}.json`]
  const child = spawn(tollgate, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.on('data', (data) => { text += data })
  child.stderr.on('data', (data) => { text += data })
  const timer = setTimeout(() => child.kill(), 240_000)
  await new Promise((done) => child.on('close', done))
  clearTimeout(timer)
  server.removeAllListeners('exit')
  server.kill()
  writeFileSync(`${run}.txt`, text)
  const { verdicts } = JSON.parse(readFileSync(`${run}.json`, 'utf8')).limits[0]
  const spoke = verdicts.filter(({ verdict }) => verdict === 'fail' || verdict === 'warning')
  return {
    named: spoke.map(({ rule }) => rule).filter((rule) => rules.includes(rule)),
    others: spoke.filter(({ rule }) => !rules.includes(rule) && !trial.get(id)?.includes(rule) && !follows[id]?.includes(rule)).map(({ rule, verdict }) => `${rule} ${verdict}`),
  }
}

const rows = defects.map((defect) => ({ ...defect, seen: sizes.map(() => []) }))
const queue = []
for (let seed = 1; seed <= seeds; seed += 1) {
  for (const row of rows) sizes.forEach((size, place) => queue.push(async () => row.seen[place].push(await probe(row, size, seed))))
}
const wrong = []
await Promise.all(Array.from({ length: jobs }, async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    try { await next() } catch (error) { wrong.push(`no verdict: ${error.message}`) }
  }
}))

console.log(`| fault | meant for it | ${sizes.join(' | ')} | other rules |`)
console.log(`| --- | --- |${' --- |'.repeat(sizes.length)} --- |`)
for (const { id, rules, seen } of rows) {
  const cells = seen.map((runs) => `${runs.filter(({ named }) => named.length > 0).length}/${runs.length}`)
  const others = [...new Set(seen.flat().flatMap((run) => run.others))]
  console.log(`| ${id} | ${rules.join(' ')} | ${cells.join(' | ')} | ${others.join(', ') || '–'} |`)
  if (!unseen.includes(id) && seen.flat().every(({ named }) => named.length === 0)) wrong.push(`${id}: no rule named it`)
  for (const other of others.filter((text) => text.endsWith('fail'))) wrong.push(`${id}: ${other}`)
}
for (const line of wrong) console.error(`wrong: ${line}`)
process.exit(wrong.length > 0 ? 1 : 0)
