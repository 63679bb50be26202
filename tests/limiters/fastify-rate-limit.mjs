// @fastify/rate-limit as its documentation has it, keyed by API key: 20 requests in 2 s.
import rateLimit from '@fastify/rate-limit'
import fastify from 'fastify'

const app = fastify()
await app.register(rateLimit, {
  max: 20,
  timeWindow: 2000,
  keyGenerator: (request) => request.headers.authorization ?? 'nobody',
})
app.get('/v1/items', async () => ({ items: [] }))
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
