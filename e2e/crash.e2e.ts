import { listed, register, saved, sent, signIn } from './kit/app.ts';
import { Line } from './kit/proxy.ts';
import { expect, test } from './kit/test.ts';

for (const fate of ['cut-request', 'cut-answer'] as const) {
  const when = fate === 'cut-answer' ? 'after it committed and before it answered' : 'before it read the request';
  test(`[S21] the server is killed in the middle of a push, ${when}: the patient is there exactly once`, async ({
    hospital,
    unpack,
  }) => {
    const line = await Line.to(hospital.url);
    try {
      const a = await unpack('tablet A', { url: line.url });
      await signIn(a, 'doctor');

      const cut = new Promise<void>((done) => {
        line.fate = (req) => (req.url?.startsWith('/api/sync/push') ? fate : 'pass');
        line.whenCut = async () => {
          line.fate = () => 'pass';
          await hospital.kill();
          done();
        };
      });
      await register(a, { Surname: 'Adeyemi', 'First name': 'Bola', 'Hospital number': 'PS-4001' });
      await cut;
      await saved(a);

      await hospital.start();
      await sent(a);

      const ask = await hospital.as('doctor');
      const { patients } = await ask<{ patients: unknown[] }>('GET', '/api/sync/patients');
      expect(patients).toHaveLength(1);
      expect(patients).toMatchObject([{ hospital_number: 'PS-4001', row_version: 1, deleted: false }]);
      const b = await unpack('tablet B');
      await signIn(b, 'registrar');
      await listed(b, 'Adeyemi');
    } finally {
      await line.close();
    }
  });
}
