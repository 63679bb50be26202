// The least of a test harness: named checks, one line for each, and an exit code.

const failures = [];

// Runs a check and prints what came of it; a check that fails does not keep the next one from running.
export async function check(name, body) {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    failures.push(name);
    console.log(`FAILED ${name}: ${error?.stack ?? error}`);
  }
}

export function equal(actual, expected) {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`${left} instead of ${right}`);
}

export function truth(fact, otherwise) {
  if (!fact) throw new Error(otherwise);
}

// The error that a promise is rejected with.
export async function caught(promise) {
  const value = await promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  truth("error" in value, `no error but ${JSON.stringify(value.value)}`);
  return value.error;
}

export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

// What the script hands over: a running server, one that was stopped, and the keys by alias.
export const origin = process.env.ORIGIN;
export const stopped = process.env.STOPPED;
export const keys = Object.fromEntries(
  Object.entries(JSON.parse(process.env.KEYS)).map(([alias, entry]) => [alias, entry.key]),
);

// A lead that nobody has made before.
let made = 0;
export const lead = () => ({ name: "Ada", email: `ada-${process.pid}-${++made}@example.com` });

process.on("exit", (code) => {
  process.exitCode = code || (failures.length > 0 ? 1 : 0);
});
