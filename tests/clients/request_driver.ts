// Drives the TypeScript client of the nested API through every code of its document.

import { caught, check, equal, keys, lead, origin, pause, stopped, truth } from "./check.mjs";
import { ApiRequestError, apiRequest, useKey } from "./request_client.js";

interface Lead {
  id: string;
  name: string;
  email: string;
}

const base = `${origin}/v1`;
const post = (body: unknown): RequestInit => ({ method: "POST", body: JSON.stringify(body) });
const create = (body: unknown) => apiRequest<Lead>(`${base}/leads`, post(body));
const list = (headers = {}) => apiRequest<{ total: number }>(`${base}/leads`, { headers });

// The client drops the headers of an answer, so the wait is read beside it, on the wire.
let retryAfter = "";
const wire = globalThis.fetch;
globalThis.fetch = async (...request) => {
  const response = await wire(...request);
  retryAfter = response.headers.get("Retry-After") ?? "";
  return response;
};

async function refused(promise: Promise<unknown>, status: number, code: string): Promise<ApiRequestError> {
  const error = await caught(promise);
  truth(error instanceof ApiRequestError, `no ApiRequestError: ${error}`);
  equal([error.statusCode, error.error.code], [status, code]);
  equal(Object.keys(error.error).sort(), ["code", "details", "message", "request_id"]);
  truth(error.message.length > 0 && error.message === error.error.message, "no message");
  truth(/^req_[A-Za-z0-9]+$/.test(error.error.request_id), `request_id ${error.error.request_id}`);
  equal(
    [error.isValidationError, error.isAuthError, error.isRateLimited],
    [code === "VALIDATION_ERROR", status === 401, status === 429],
  );
  return error;
}

useKey(keys.api_key);

await check("creates a lead and reads it back", async () => {
  const sent = lead();
  const created = await create(sent);
  truth(/^lead_/.test(created.id), `id ${created.id}`);
  const read = await apiRequest<Lead>(`${base}/leads/${created.id}`);
  equal([read.id, read.name, read.email], [created.id, sent.name, sent.email]);
});

await check("VALIDATION_ERROR lists every field", async () => {
  const wrong = { ...lead(), email: "nope", price: { amount: -1 }, bedrooms: 99 };
  const error = await refused(create(wrong), 422, "VALIDATION_ERROR");
  equal(error.error.details?.map((entry) => entry.field), ["email", "price.amount", "bedrooms"]);
  truth(error.error.details!.every((entry) => entry.message.length > 0), "no message in details");
});

await check("MISSING_REQUIRED_FIELD is 422", () => refused(create({}), 422, "MISSING_REQUIRED_FIELD"));

await check("INVALID_FIELD_VALUE is 422", () =>
  refused(create({ ...lead(), status: "asleep" }), 422, "INVALID_FIELD_VALUE"));

await check("INVALID_FORMAT is 400", () =>
  refused(apiRequest(`${base}/leads`, { method: "POST", body: "{" }), 400, "INVALID_FORMAT"));

await check("NOT_FOUND is 404", () => refused(apiRequest(`${base}/leads/lead_123`), 404, "NOT_FOUND"));

await check("ALREADY_EXISTS is 409", async () => {
  const sent = lead();
  await create(sent);
  await refused(create(sent), 409, "ALREADY_EXISTS");
});

await check("CONFLICT is 409", async () => {
  const { id } = await create(lead());
  const change = { ...post({ bedrooms: 3 }), method: "PATCH", headers: { "If-Match": '"v0"' } };
  await refused(apiRequest(`${base}/leads/${id}`, change), 409, "CONFLICT");
});

await check("GONE is 410", async () => {
  const { id } = await create(lead());
  await apiRequest(`${base}/leads/${id}`, { method: "DELETE" });
  await refused(apiRequest(`${base}/leads/${id}`), 410, "GONE");
});

for (const [key, status, code] of [
  ["", 401, "UNAUTHORIZED"],
  ["tg_test_0000000000000000", 401, "INVALID_API_KEY"],
  [keys.expired_key, 401, "TOKEN_EXPIRED"],
  [keys.revoked_key, 401, "API_KEY_REVOKED"],
  [keys.suspended_key, 403, "FORBIDDEN"],
  [keys.readonly_key, 403, "INSUFFICIENT_PERMISSIONS"],
  [keys.no_workspace_key, 403, "WORKSPACE_ACCESS_DENIED"],
] as const) {
  await check(`${code} is ${status}`, async () => {
    useKey(key);
    await refused(create(lead()), status, code);
  });
}
useKey(keys.api_key);

for (const [fault, status, code] of [
  ["internal", 500, "INTERNAL_ERROR"],
  ["unavailable", 503, "SERVICE_UNAVAILABLE"],
  ["timeout", 504, "TIMEOUT"],
] as const) {
  await check(`${code} is ${status}`, () => refused(list({ "X-Tollgate-Fault": fault }), status, code));
}

// Asks until it is refused; a busy machine may need more than the second in which the limit holds.
async function exhausted(key: string): Promise<unknown> {
  useKey(key);
  let error: unknown;
  for (let tries = 0; tries < 50 && !error; tries++) {
    await list().catch((reason) => (error = reason));
  }
  return Promise.reject(error);
}

await check("RATE_LIMIT_EXCEEDED is 429, and whoever waits is served", async () => {
  await refused(exhausted(keys.limited_key), 429, "RATE_LIMIT_EXCEEDED");
  const wait = parseInt(retryAfter);
  truth(wait > 0, `Retry-After ${retryAfter}`);
  await pause(wait);
  truth(/^lead_/.test((await create(lead())).id), "no lead");
});

await check("DAILY_LIMIT_EXCEEDED is 429", () => refused(exhausted(keys.daily_key), 429, "DAILY_LIMIT_EXCEEDED"));

await check("a server that is down is a TypeError", async () => {
  const error = await caught(apiRequest(`${stopped}/v1/leads`));
  truth(error instanceof TypeError, `no TypeError: ${error}`);
});
