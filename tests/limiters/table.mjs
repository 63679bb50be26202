// Folds the reports of run.sh into one Markdown file, and compares the failures with those that were checked by hand.
import { readFileSync, writeFileSync } from 'node:fs'

const [logs, explained, written, ...names] = process.argv.slice(2)
const expected = JSON.parse(readFileSync(explained, 'utf8'))
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
const rows = []
const details = []
const wrong = []

for (const name of names) {
  const report = JSON.parse(readFileSync(`${logs}/${name}.json`, 'utf8'))
  const [version, promises] = readFileSync(`${logs}/${name}.about`, 'utf8').trim().split('\t')
  const [limit] = report.limits
  const about = expected[name] ?? { setup: '', fails: {} }
  const of = (verdict) => limit.verdicts.filter((one) => one.verdict === verdict)
  const list = (verdict) => of(verdict).map((one) => `${one.rule} ${one.name}`).join(', ') || '–'
  const model = limit.model?.consistent.join(', or ') || 'none'
  const { summary } = report
  rows.push([
    name, version, about.setup, summary.verdict, list('fail'), list('warning'), list('inconclusive'), model,
    `${summary.requests}`, (summary.duration_ms / 1000).toFixed(0),
  ])
  details.push(`\n## ${name}\n\nDeclared: 20 requests in 2 s, \`${promises}\`.\n`)
  if (about.note !== undefined) details.push(`${about.note}\n`)
  for (const one of of('fail')) {
    const why = about.fails[one.rule]
    if (why === undefined) wrong.push(`${name}: ${one.rule} fails and is not explained: ${one.measured}`)
    details.push(`* **${one.rule}** ${one.name}: ${cell(one.measured)}. ${why ?? 'Not checked.'}`)
  }
  for (const one of of('warning')) details.push(`* ${one.rule} ${one.name} (warning): ${cell(one.measured)}.`)
  for (const one of of('inconclusive')) {
    details.push(`* ${one.rule} ${one.name} (inconclusive): ${cell([one.measured, ...(one.evidence ?? [])].join('; ')).replace(/[?.]*$/, '')}.`)
  }
  if (summary.requests === 0) wrong.push(`${name}: nothing was sent`)
  for (const rule of Object.keys(about.fails)) {
    if (of('pass').some((one) => one.rule === rule)) wrong.push(`${name}: ${rule} passes, and should not`)
  }
}

const head = ['limiter', 'version', 'set up as', 'verdict', 'fails', 'warnings', 'inconclusive', 'identified as',
  'requests', 'seconds']
const line = (cells) => `| ${cells.map(cell).join(' | ')} |`
writeFileSync(written, `<!-- Written by tests/limiters/run.sh. -->

# Verdicts on limiters that others wrote

Each was installed from its ordinary package, started on this machine with 20 requests in 2 s for each API key, and
probed with \`tollgate limits\`, without a contract: what is judged is the limiter, not the envelope of an API.

\`\`\`console
$ tests/limiters/run.sh
\`\`\`

Every failure was checked by hand against the limiter's documentation or source; what was found stands beside it below.
The command ends with 1 if a rule fails that is not explained, or passes although it should fail.

${line(head)}
${line(head.map(() => '---'))}
${rows.map(line).join('\n')}
${details.join('\n')}
`)
for (const text of wrong) console.error(text)
console.log(`${written}: ${names.length} limiters, ${wrong.length} surprises`)
process.exit(wrong.length > 0 ? 1 : 0)
