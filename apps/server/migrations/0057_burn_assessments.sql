-- 0057_burn_assessments.sql — What burned, how deep and how much, and the fluid it calls for.

create table burn_assessments (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint burn_assessments_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  assessed_at timestamptz(3) not null,
  burned_at timestamptz(3),
  mechanism text not null,
  circumstances text,
  first_aid varchar(300),
  regions jsonb,
  tbsa numeric(4, 1),
  full_thickness numeric(4, 1),
  method text,
  inhalation_injury text,
  circumferential boolean,
  circumferential_sites varchar(200),
  weight_used numeric(4, 1),
  fluid_plan text,
  tetanus text,
  remarks text,
  assessed_by uuid,
  constraint burn_assessments_facility_id_id_key unique (facility_id, id),
  constraint burn_assessments_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint burn_assessments_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint burn_assessments_mechanism_choice check (mechanism in ('Flame', 'Scald', 'Contact', 'Chemical', 'Electrical', 'Radiation', 'Friction', 'Other')),
  constraint burn_assessments_circumstances_length check (char_length(circumstances) <= 2000),
  constraint burn_assessments_tbsa_range check (tbsa between 0 and 100),
  constraint burn_assessments_full_thickness_range check (full_thickness between 0 and 100),
  constraint burn_assessments_method_choice check (method in ('Lund and Browder', 'Rule of nines', 'Palm', 'Planimetry')),
  constraint burn_assessments_inhalation_injury_choice check (inhalation_injury in ('Yes', 'No', 'Suspected')),
  constraint burn_assessments_weight_used_range check (weight_used between 0.3 and 400),
  constraint burn_assessments_fluid_plan_length check (char_length(fluid_plan) <= 4000),
  constraint burn_assessments_tetanus_choice check (tetanus in ('Up to date', 'Given today', 'Not given', 'Not known')),
  constraint burn_assessments_remarks_length check (char_length(remarks) <= 2000),
  constraint burn_assessments_assessed_by_fkey foreign key (facility_id, assessed_by) references users (facility_id, id),
  constraint burn_assessments_full_within_whole check (full_thickness is null or (tbsa is not null and full_thickness <= tbsa)),
  constraint burn_assessments_after_the_burn check (burned_at is null or burned_at <= assessed_at),
  constraint burn_assessments_circumferential_where check (circumferential_sites is null or circumferential is true)
);
create index burn_assessments_patient_id_idx on burn_assessments (facility_id, patient_id);
create index burn_assessments_admission_id_idx on burn_assessments (facility_id, admission_id);
create index burn_assessments_assessed_by_idx on burn_assessments (facility_id, assessed_by);
create index burn_assessments_assessed_at_idx on burn_assessments (facility_id, assessed_at);
create trigger burn_assessments_kept before delete or truncate on burn_assessments for each statement execute function record_kept();
create trigger burn_assessments_guard before update on burn_assessments for each row execute function record_guard();
create constraint trigger burn_assessments_stamp after insert or update on burn_assessments deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('burn_assessments_same_patient', 'patient_id', 'admission_id', 'patient_admissions');
create trigger burn_assessments_same_patient after insert or update on burn_assessments
  for each row execute function burn_assessments_same_patient();
select secure_record('burn_assessments');
