/** What a secret looks like. Each with one that is none, so that the search can be seen to find. */
const SIGNS: readonly { what: string; sign: RegExp }[] = [
  { what: 'a private key', sign: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { what: 'a key of a cloud (AWS)', sign: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { what: 'a token of GitHub', sign: /\bgh[pousr]_[A-Za-z0-9]{36,}\b/ },
  { what: 'a token of npm', sign: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { what: 'a password of a registry', sign: /:_(?:authToken|auth|password)\s*=\s*[^\s$]/ },
  { what: 'a token of Digital Ocean', sign: /\bdo[opr]_v1_[0-9a-f]{64}\b/ },
  { what: 'a token of Slack', sign: /\bxox[abprs]-[0-9A-Za-z-]{20,}\b/ },
  { what: 'a key of a language model', sign: /\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,}\b/ },
  { what: 'a key of Google', sign: /\bAIza[0-9A-Za-z_-]{35}\b/ },
  { what: 'a signed token (JWT)', sign: /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}\b/ },
  {
    what: 'a password in an address',
    sign: /\b[a-z][a-z0-9+]*:\/\/[^\s:/@'"`$<{…]+:(?!(?:secret|password|x|pw|psa|test|…)@)[^\s:/@'"`$<{…]{6,}@(?!(?:127\.|localhost|host\b|db\b|example|nowhere|there))[a-z0-9.-]+/i,
  },
];

/** Files that a secret lies in by their name alone. */
const NAMES =
  /(?:^|\/)(?:\.env(?:\..+)?|id_(?:rsa|ecdsa|ed25519)|.+\.(?:pem|p12|pfx|key|keystore|jks)|credentials(?:\.json)?|\.pgpass)$/;

/** What looks like a secret in a file: one sentence each, without the secret. @param text undefined for a file that is no text. */
export function secretsIn(path: string, text: string | undefined): string[] {
  const found = NAMES.test(path) ? [`${path}: a file of this name holds secrets`] : [];
  for (const [i, line] of (text ?? '').split('\n').entries()) {
    for (const { what, sign } of SIGNS) if (sign.test(line)) found.push(`${path}:${i + 1}: ${what}`);
  }
  return found;
}
