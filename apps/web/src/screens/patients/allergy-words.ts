/** What the header says of allergies. Pure. */

interface AllergyLike {
  id: string;
  assertion: string;
  substance: string | null;
  reaction: string | null;
  severity: string | null;
  status: string;
  created_by: string | null;
  created_at: string | null;
}

export type AllergyWords<A> =
  /** Active allergies, the most severe first. */
  | { kind: 'allergic'; allergies: A[] }
  /** Somebody asked, and none is known. */
  | { kind: 'none_known'; statement: A }
  /** Nobody has said anything. */
  | { kind: 'not_asked' };

const RANK: Readonly<Record<string, number>> = { 'Life-threatening': 4, Severe: 3, Moderate: 2, Mild: 1 };

/** An allergy that stands always speaks, also beside a statement that none is known. */
export function allergyWords<A extends AllergyLike>(rows: readonly A[]): AllergyWords<A> {
  const active = rows.filter((r) => r.status === 'Active');
  const allergies = active.filter((r) => r.assertion === 'Allergy');
  if (allergies.length > 0) {
    return {
      kind: 'allergic',
      allergies: allergies.sort((a, b) => (RANK[b.severity ?? ''] ?? 0) - (RANK[a.severity ?? ''] ?? 0)),
    };
  }
  const statement = active.find((r) => r.assertion === 'No known allergies');
  return statement ? { kind: 'none_known', statement } : { kind: 'not_asked' };
}
