import { NOBODY } from '../access.ts';
import { choice, flag, text, texts } from '../fields.ts';
import { defineRecord } from '../record.ts';

export const ai_settings = defineRecord({
  name: 'ai_settings',
  title: 'Language model',
  titles: 'Language models',
  about: 'Which language model may be asked, and whether. Its key is kept apart, sealed, and never leaves the server.',
  scope: 'none',
  merge: 'server',
  fields: {
    provider: choice('Speaks', ['OpenAI-compatible'], { required: true }),
    endpoint: text('Address', {
      required: true,
      max: 300,
      pattern: {
        source: '^https?://[^\\s/?#@]+(/[^\\s?#]*)?$',
        say: 'An address like https://api.example.com/v1, without password, question mark or #.',
      },
      help: 'Up to, and without, /chat/completions. http:// only for a machine of the hospital.',
    }),
    model: text('Model', { required: true, max: 200 }),
    other_models: texts('Other models that may be asked for', { max: 200 }),
    is_enabled: flag('In use', { required: true }),
  },
  access: { read: ['super_admin'], create: ['super_admin'], edit: ['super_admin'], retract: NOBODY },
  unique: [
    { name: 'ai_settings_provider_once', fields: ['provider'], say: 'The language model is set up already; change it.' },
  ],
  list: ['endpoint', 'model', 'is_enabled'],
});
