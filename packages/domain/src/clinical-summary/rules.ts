/** How entries of one kind are told. A further kind of record is one more line in RULES. */
export interface Rule {
  section: string;
  kind: string;
  /** What one of them is called at the beginning of its sentence. */
  title: string;
  /** The field by whose time they are put in order; the day or moment stands behind the title. */
  at: string;
  /** Told one after another without their names. */
  plain: readonly string[];
  /** Told with their names, when recorded. */
  named: readonly string[];
  /** How many of the latest are told; the sentence after them says how many are left. */
  most: number;
  /** Only rows with one of these values are told. */
  only?: Readonly<Record<string, readonly (string | boolean | null)[]>>;
  /** Only the latest of those alike in these fields. */
  each?: readonly string[];
  /** Rows belong to the stay through a row of another kind; `unless` it is in this state, it tells these of its fields too. */
  through?: { field: string; kind: string; unless: string; named: readonly string[] };
  /** Said of rows on which this flag is not yes, recorded or not. */
  lacks?: { field: string; say: string };
  /** What is said when there are none; nothing when it is left out. */
  none?: string;
}

const OPEN = ['Active', 'On Hold', 'Draft', 'Completed'] as const;

/** In the order in which a doctor tells them. */
export const RULES: readonly Rule[] = [
  {
    section: 'Burns',
    kind: 'burn_assessments',
    title: 'Burn assessment',
    at: 'assessed_at',
    plain: [],
    named: [
      'mechanism',
      'tbsa',
      'full_thickness',
      'inhalation_injury',
      'circumferential',
      'circumferential_sites',
      'burned_at',
      'fluid_plan',
    ],
    most: 1,
  },
  {
    section: 'Plan',
    kind: 'treatment_plans',
    title: 'Treatment plan',
    at: 'created_at',
    plain: ['plan_name'],
    named: ['diagnosis', 'status', 'status_reason', 'treatment_goals', 'approved'],
    only: { status: OPEN },
    most: 3,
    none: 'No treatment plan is recorded for this stay.',
  },
  {
    section: 'Operations',
    kind: 'operation_notes',
    title: 'Operation',
    at: 'started_at',
    plain: ['procedure_performed'],
    named: ['laterality', 'findings', 'complications', 'estimated_blood_loss_ml', 'drains', 'post_op_instructions', 'is_final'],
    most: 5,
    none: 'No operation note is recorded for this stay.',
  },
  {
    section: 'Operations',
    kind: 'surgery_bookings',
    title: 'Operation booked for',
    at: 'scheduled_date',
    plain: ['procedure_name'],
    named: ['laterality', 'status', 'status_reason'],
    only: { status: ['Scheduled', 'Confirmed', 'In Progress', 'Postponed'] },
    most: 3,
  },
  {
    section: 'Results',
    kind: 'lab_investigations',
    title: 'Result',
    at: 'result_date',
    plain: ['test_name'],
    named: ['results', 'report', 'interpretation', 'is_critical'],
    lacks: { field: 'is_verified', say: 'not verified' },
    only: { status: ['Completed'] },
    most: 10,
    none: 'No result of an investigation is recorded for this stay.',
  },
  {
    section: 'Results',
    kind: 'lab_investigations',
    title: 'Still awaited, ordered',
    at: 'ordered_date',
    plain: ['test_name'],
    named: ['status', 'sample_problem'],
    only: { status: ['Ordered', 'Sample Collected', 'Processing'] },
    most: 10,
  },
  {
    section: 'Transfusions',
    kind: 'blood_transfusions',
    title: 'Transfusion',
    at: 'started_at',
    plain: ['component'],
    named: ['volume_given', 'status', 'reaction', 'reaction_severity'],
    only: { status: ['Running', 'Completed', 'Stopped'] },
    most: 5,
  },
  {
    section: 'Medicines',
    kind: 'prescription_items',
    title: 'Prescribed',
    at: 'created_at',
    plain: ['medication_name', 'dosage', 'route', 'frequency', 'duration'],
    named: ['as_needed', 'is_stopped', 'stop_reason', 'override_reason'],
    through: { field: 'prescription_id', kind: 'prescriptions', unless: 'Active', named: ['status', 'hold_reason'] },
    most: 20,
    none: 'No medicine is prescribed in this stay.',
  },
  {
    section: 'Wounds',
    kind: 'wound_care_records',
    title: 'Wound',
    at: 'assessment_date',
    plain: ['laterality', 'wound_location'],
    named: [
      'length',
      'width',
      'depth',
      'tissue',
      'signs_of_infection',
      'infection_signs',
      'healing_status',
      'dressing_type',
      'next_dressing_date',
    ],
    each: ['wound_location', 'laterality'],
    most: 5,
  },
  {
    section: 'Now',
    kind: 'vital_signs',
    title: 'Latest observations',
    at: 'observed_at',
    plain: [],
    named: [
      'temperature',
      'pulse',
      'respiratory_rate',
      'systolic_pressure',
      'diastolic_pressure',
      'oxygen_saturation',
      'supplemental_oxygen',
      'consciousness',
    ],
    most: 1,
    none: 'No observations are recorded for this stay.',
  },
  {
    section: 'Now',
    kind: 'ward_rounds',
    title: 'Latest ward round',
    at: 'seen_at',
    plain: [],
    named: ['round_grade', 'impression', 'progress', 'wound_and_drains', 'orders', 'next_review'],
    most: 1,
    none: 'No ward round is recorded for this stay.',
  },
  {
    section: 'Leaving',
    kind: 'discharges',
    title: 'Discharge prepared',
    at: 'created_at',
    plain: [],
    named: [
      'outcome',
      'destination',
      'final_diagnosis',
      'medicines_to_take_home',
      'follow_up_date',
      'follow_up_clinic',
      'is_final',
    ],
    most: 1,
  },
];

/** Kinds whose rows a draft reads, by the link that leads from the patient or another row to them. */
export const SUMMARY_KINDS: readonly string[] = [
  ...new Set(['patient_allergies', 'prescriptions', ...RULES.map((rule) => rule.kind)]),
];
