// express-rate-limit as its documentation has it, keyed by API key: 20 requests in 2 s, headers of its default family.
// HEADERS=draft-8 sends those of the draft instead.
import express from 'express'
import { rateLimit } from 'express-rate-limit'

const draft = process.env.HEADERS
const app = express()
app.use(rateLimit({
  windowMs: 2000,
  limit: 20,
  standardHeaders: draft ?? false,
  legacyHeaders: draft === undefined,
  keyGenerator: (request) => request.get('authorization') ?? 'nobody',
}))
app.get('/v1/items', (_, response) => response.json({ items: [] }))
const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
