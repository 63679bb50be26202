// rate-limiter-flexible behind node:http, with the header lines that its documentation gives: 20 requests in 2 s.
import { createServer } from 'node:http'
import { RateLimiterMemory } from 'rate-limiter-flexible'

const points = 20
const limiter = new RateLimiterMemory({ points, duration: 2 })
const lines = (told) => ({
  'Retry-After': told.msBeforeNext / 1000,
  'X-RateLimit-Limit': points,
  'X-RateLimit-Remaining': told.remainingPoints,
  'X-RateLimit-Reset': Math.ceil((Date.now() + told.msBeforeNext) / 1000),
})
const server = createServer(async (request, response) => {
  const answer = (status, told, body) =>
    response.writeHead(status, { ...lines(told), 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  try {
    const told = await limiter.consume(request.headers.authorization ?? 'nobody')
    answer(request.url === '/v1/items' ? 200 : 404, told, { items: [] })
  } catch (told) {
    answer(429, told, { message: 'Too Many Requests' })
  }
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
