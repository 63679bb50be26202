// Counts the verdicts of busy.sh by machine, size and algorithm.
import { readdirSync, readFileSync } from 'node:fs'

const folder = process.argv[2]
const groups = new Map()
const alarms = []
const runs = readdirSync(folder).filter((name) => name.endsWith('.ready')).map((name) => name.slice(0, -6)).sort()
for (const run of runs) {
  const [mode, size, algorithm] = run.split('.')
  const id = `${mode} | ${size === '5' ? '5/1s' : '20/2s'} | ${algorithm}`
  const group = groups.get(id) ?? { runs: 0, fail: new Map(), warning: new Map(), inconclusive: new Map() }
  groups.set(id, group)
  group.runs += 1
  let verdicts = []
  try {
    verdicts = JSON.parse(readFileSync(`${folder}/${run}.json`, 'utf8')).limits[0].verdicts
  } catch {
    alarms.push(`${run}: it ended without verdicts`)
  }
  for (const { rule, verdict, measured } of verdicts) {
    group[verdict]?.set(rule, (group[verdict].get(rule) ?? 0) + 1)
    if (verdict === 'fail') alarms.push(`${run}: ${rule} ${measured}`)
  }
}
const told = (rules) => [...rules].map(([rule, runs]) => `${rule} ×${runs}`).join(', ') || '–'
console.log('| machine | limit | algorithm | runs | fails | warnings | inconclusive |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const [id, group] of groups) {
  console.log(`| ${id} | ${group.runs} | ${told(group.fail)} | ${told(group.warning)} | ${told(group.inconclusive)} |`)
}
for (const alarm of alarms) console.error(`wrong: ${alarm}`)
process.exit(alarms.length > 0 ? 1 : 0)
