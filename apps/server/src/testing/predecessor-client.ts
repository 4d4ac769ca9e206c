import { randomUUID } from 'node:crypto';

/**
 * A client as somebody would write it who knows only the endpoints that were published before this server existed: their paths,
 * envelopes, query words and fields. It knows nothing of versions, cursors or sync, makes its own ids, and sends whole forms.
 */

export type Fields = { [field: string]: unknown };
export type Row = Fields & { id: string };

/** What a refused request throws: the published shape is `{"error": "<message>"}` and a status. */
export class Refused extends Error {
  readonly status: number;
  readonly body: Fields;
  constructor(status: number, body: Fields) {
    super(String(body.error));
    this.status = status;
    this.body = body;
  }
}

export class PredecessorClient {
  readonly #base: string;
  #token = '';

  constructor(base: string) {
    this.#base = base;
  }

  async #ask<T>(method: string, path: string, body?: object, status = 200): Promise<T> {
    const response = await fetch(this.#base + path, {
      method,
      headers: {
        ...(this.#token === '' ? {} : { Authorization: `Bearer ${this.#token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Fields;
    if (!response.ok) throw new Refused(response.status, answer);
    if (response.status !== status) throw new Error(`${method} ${path}: ${response.status}, not ${status}`);
    return answer as T;
  }

  #get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
    const words = new URLSearchParams(query).toString();
    return this.#ask<T>('GET', words === '' ? path : `${path}?${words}`);
  }

  async #post(path: string, key: string, fields: Fields): Promise<Row> {
    const answer = await this.#ask<Record<string, Row>>('POST', path, { id: randomUUID(), ...fields }, 201);
    return answer[key] as Row;
  }

  async #list(path: string, key: string, query?: Record<string, string>): Promise<Row[]> {
    return (await this.#get<Record<string, Row[]>>(path, query))[key] as Row[];
  }

  async login(email: string, password: string): Promise<Row> {
    const { token, user } = await this.#ask<{ token: string; user: Row; message: string }>('POST', '/api/login', {
      email,
      password,
    });
    this.#token = token;
    return user;
  }
  register = (fields: Fields) => this.#ask<{ user: Fields; message: string }>('POST', '/api/register', fields, 201);
  me = async () => (await this.#get<{ user: Row }>('/api/user')).user;
  users = () => this.#get<Row[]>('/api/users');
  approve = (id: string) => this.#ask<{ message: string }>('PATCH', `/api/users/${id}/approve`, { is_approved: true });
  setActive = (id: string, is_active: boolean) =>
    this.#ask<{ message: string }>('PATCH', `/api/users/${id}/status`, { is_active });
  health = () => this.#get<{ status: string; database: string; timestamp: string }>('/api/health');

  patients = (since?: string) => this.#list('/api/sync/patients', 'patients', since === undefined ? {} : { since });
  patient = (id: string) => this.#get<Row>(`/api/sync/patients/${id}`);
  postPatient = (fields: Fields) => this.#post('/api/sync/patients', 'patient', fields);
  putPatient = async (id: string, fields: Fields) =>
    (await this.#ask<{ patient: Row }>('PUT', `/api/sync/patients/${id}`, fields)).patient;
  deletePatient = (id: string) => this.#ask<{ message: string }>('DELETE', `/api/sync/patients/${id}`);

  plans = (patient_id: string) => this.#list('/api/sync/treatment-plans', 'treatment_plans', { patient_id });
  postPlan = (fields: Fields) => this.#post('/api/sync/treatment-plans', 'treatment_plan', fields);
  putPlan = async (id: string, fields: Fields) =>
    (await this.#ask<{ treatment_plan: Row }>('PUT', `/api/sync/treatment-plans/${id}`, fields)).treatment_plan;
  deletePlan = (id: string) => this.#ask<{ message: string }>('DELETE', `/api/sync/treatment-plans/${id}`);
  steps = (treatment_plan_id: string) => this.#list('/api/sync/treatment-plan-steps', 'steps', { treatment_plan_id });
  postStep = (fields: Fields) => this.#post('/api/sync/treatment-plan-steps', 'step', fields);

  labs = (query: Record<string, string>) => this.#list('/api/sync/labs', 'labs', query);
  postLab = (fields: Fields) => this.#post('/api/sync/labs', 'lab', fields);
  surgeries = (query: Record<string, string>) => this.#list('/api/sync/surgeries', 'surgeries', query);
  postSurgery = (fields: Fields) => this.#post('/api/sync/surgeries', 'surgery', fields);
  checklist = async (surgery: string) =>
    (await this.#get<{ checklist: Row | null }>(`/api/sync/surgical-checklists/${surgery}`)).checklist;
  postChecklist = (fields: Fields) => this.#post('/api/sync/surgical-checklists', 'checklist', fields);

  prescriptions = (query: Record<string, string>) => this.#list('/api/sync/prescriptions', 'prescriptions', query);
  postPrescription = (prescription: Fields, items: readonly Fields[]) =>
    this.#ask<{ prescription: Row; items: Row[] }>(
      'POST',
      '/api/sync/prescriptions',
      { prescription: { id: randomUUID(), ...prescription }, items: items.map((item) => ({ id: randomUUID(), ...item })) },
      201,
    );

  topics = (query: Record<string, string> = {}) => this.#list('/api/sync/cme-topics', 'topics', query);
  postTopic = (fields: Fields) => this.#post('/api/sync/cme-topics', 'topic', fields);
  questions = (topic: string) => this.#list(`/api/sync/mcq-questions/${topic}`, 'questions');
  postAssessment = (fields: Fields) => this.#post('/api/sync/user-assessments', 'assessment', fields);

  aiSettings = () => this.#get<{ configured: boolean; hasOpenAI: boolean }>('/api/ai/settings');
  aiChat = (content: string) => this.#ask<Fields>('POST', '/api/ai/chat', { messages: [{ role: 'user', content }] });
}
