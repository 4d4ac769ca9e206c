import { ADDED, PEOPLE, type Person } from './people.ts';

/** Sends one request as a person; the answer's JSON. Throws when the server refuses. */
export type Ask = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Signs a person in at the API, as another system would: to prepare a test, or to see what the server holds in the end. */
export async function asPerson(url: string, person: Person): Promise<Ask> {
  const { email, password } = PEOPLE[person];
  const { token } = await send<{ token: string }>(url, 'POST', '/api/login', { email, password });
  return (method, path, body) => send(url, method, path, body, token);
}

async function send<T>(url: string, method: string, path: string, body?: unknown, token?: string): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** Everybody whom the tests add asks for an account; the administrator approves. */
export async function hire(url: string): Promise<void> {
  for (const [person, role] of Object.entries(ADDED)) {
    const { email, password, name } = PEOPLE[person as Person];
    const answer = await fetch(`${url}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password, full_name: name, role }),
    });
    if (!answer.ok) throw new Error(`register ${email}: ${answer.status} ${await answer.text()}`);
  }
  const admin = await asPerson(url, 'admin');
  const users = await admin<{ id: string; is_approved: boolean }[]>('GET', '/api/users');
  for (const user of users.filter((one) => !one.is_approved)) {
    await admin('PATCH', `/api/users/${user.id}/approve`, { is_approved: true });
  }
}
