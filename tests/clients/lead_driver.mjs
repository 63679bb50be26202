// Drives the JavaScript client of the flat API through everything it can meet.

import { caught, check, equal, keys, lead, origin, pause, stopped, truth } from "./check.mjs";
import { APIError, LeadAPIClient, NetworkError, RateLimitError } from "./lead_client.mjs";

const base = `${origin}/api/v1`;
const client = new LeadAPIClient(keys.api_key, base);

// Expects an APIError that is none of its subclasses, and gives it back.
async function refused(promise, status, code) {
  const error = await caught(promise);
  truth(error instanceof APIError && !(error instanceof RateLimitError), `no APIError: ${error}`);
  equal([error.status, error.code], [status, code]);
  truth(typeof error.message === "string" && error.message.length > 0, "no message");
  truth(error.details !== null && typeof error.details === "object", "no details");
  return error;
}

await check("creates a lead and reads it back", async () => {
  const sent = lead();
  const created = await client.createLead(sent);
  equal(created.success, true);
  truth(/^lead_/.test(created.data.id), `id ${created.data.id}`);
  const read = await client.makeRequest(`/leads/${created.data.id}`);
  equal([read.data.id, read.data.name, read.data.email], [created.data.id, sent.name, sent.email]);
});

await check("VALIDATION_ERROR names the field, its value and what is wrong", async () => {
  const error = await refused(client.createLead({ ...lead(), email: "invalid-email" }), 400, "VALIDATION_ERROR");
  equal([error.details.field, error.details.value], ["email", "invalid-email"]);
  truth(error.details.message.length > 0, "no message in details");
});

await check("LEAD_NOT_FOUND names the lead", async () => {
  const error = await refused(client.makeRequest("/leads/lead_nonexistent123"), 404, "LEAD_NOT_FOUND");
  equal(error.details.leadId, "lead_nonexistent123");
});

await check("DUPLICATE_EMAIL names the lead that has the email", async () => {
  const sent = lead();
  const first = await client.createLead(sent);
  const error = await refused(client.createLead(sent), 409, "DUPLICATE_EMAIL");
  equal([error.details.email, error.details.existingLeadId], [sent.email, first.data.id]);
});

for (const [name, key, status, code] of [
  ["no key", "", 401, "UNAUTHORIZED"],
  ["a strange key", "tg_test_0000000000000000", 401, "UNAUTHORIZED"],
  ["an expired key", keys.expired_key, 401, "UNAUTHORIZED"],
  ["a revoked key", keys.revoked_key, 401, "UNAUTHORIZED"],
  ["a key that may read only", keys.readonly_key, 403, "FORBIDDEN"],
]) {
  await check(`${name} is ${status}`, () => refused(new LeadAPIClient(key, base).createLead(lead()), status, code));
}

for (const [fault, status, code] of [
  ["internal", 500, "INTERNAL_ERROR"],
  ["unavailable", 503, "SERVICE_UNAVAILABLE"],
  ["timeout", 504, "TIMEOUT"],
]) {
  await check(`the fault ${fault} is ${status}`, async () => {
    const headers = { "X-Tollgate-Fault": fault };
    await refused(client.makeRequest("/leads", { headers }), 401, "UNAUTHORIZED");
    headers.Authorization = `Bearer ${keys.api_key}`;
    await refused(client.makeRequest("/leads", { headers }), status, code);
  });
}

await check("a rate limit says how long to wait, and whoever waits is served", async () => {
  const limited = new LeadAPIClient(keys.limited_key, base);
  let error;
  // Three requests pass in a second; a busy machine may need more than one.
  for (let tries = 0; tries < 50 && !error; tries++) {
    await limited.makeRequest("/leads").catch((reason) => (error = reason));
  }
  truth(error instanceof RateLimitError && error instanceof APIError, `no RateLimitError: ${error}`);
  equal([error.status, error.code], [429, "RATE_LIMIT_EXCEEDED"]);
  truth(Number.isInteger(error.retryAfter) && error.retryAfter > 0, `retryAfter ${error.retryAfter}`);
  equal(error.headers.get("X-RateLimit-Remaining"), "0");
  await pause(error.retryAfter);
  const created = await limited.createLead(lead());
  equal(created.success, true);
});

await check("a server that is down is a NetworkError", async () => {
  const error = await caught(new LeadAPIClient(keys.api_key, `${stopped}/api/v1`).createLead(lead()));
  truth(error instanceof NetworkError && error.originalError instanceof TypeError, `no NetworkError: ${error}`);
});
