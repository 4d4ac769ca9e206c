-- 0056_wound_care_records.sql — One look at one wound: size, bed, exudate, infection, what was done. A later assessment corrects an earlier one.

create table wound_care_records (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint wound_care_records_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  treatment_plan_id uuid,
  admission_id uuid,
  wound_location varchar(255) not null,
  laterality text,
  wound_type text,
  contamination_class text,
  assessment_date timestamptz(3) not null,
  wound_dimensions varchar(100),
  length numeric(4, 1),
  width numeric(4, 1),
  depth numeric(3, 1),
  wound_appearance text,
  tissue text,
  periwound_skin varchar(200),
  exudate_type varchar(50),
  exudate_amount varchar(50),
  odour text,
  pain_score integer,
  signs_of_infection boolean,
  infection_signs varchar(300),
  treatment_performed text,
  dressing_type varchar(100),
  products_used text,
  healing_status text,
  next_dressing_date date,
  care_plan text,
  notes text,
  performed_by uuid,
  constraint wound_care_records_facility_id_id_key unique (facility_id, id),
  constraint wound_care_records_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint wound_care_records_treatment_plan_id_fkey foreign key (facility_id, treatment_plan_id) references treatment_plans (facility_id, id),
  constraint wound_care_records_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint wound_care_records_laterality_choice check (laterality in ('Left', 'Right', 'Both', 'Midline')),
  constraint wound_care_records_wound_type_choice check (wound_type in ('Surgical', 'Traumatic', 'Chronic', 'Burn', 'Pressure Ulcer', 'Other')),
  constraint wound_care_records_contamination_class_choice check (contamination_class in ('Clean', 'Clean-contaminated', 'Contaminated', 'Dirty')),
  constraint wound_care_records_length_range check (length between 0 and 200),
  constraint wound_care_records_width_range check (width between 0 and 200),
  constraint wound_care_records_depth_range check (depth between 0 and 50),
  constraint wound_care_records_wound_appearance_length check (char_length(wound_appearance) <= 2000),
  constraint wound_care_records_tissue_choice check (tissue in ('Epithelial', 'Granulating', 'Sloughy', 'Necrotic', 'Exposed structure')),
  constraint wound_care_records_odour_choice check (odour in ('None', 'Slight', 'Marked')),
  constraint wound_care_records_pain_score_range check (pain_score between 0 and 10),
  constraint wound_care_records_treatment_performed_length check (char_length(treatment_performed) <= 2000),
  constraint wound_care_records_products_used_length check (char_length(products_used) <= 1000),
  constraint wound_care_records_healing_status_choice check (healing_status in ('Improving', 'Static', 'Deteriorating')),
  constraint wound_care_records_care_plan_length check (char_length(care_plan) <= 2000),
  constraint wound_care_records_notes_length check (char_length(notes) <= 2000),
  constraint wound_care_records_performed_by_fkey foreign key (facility_id, performed_by) references users (facility_id, id),
  constraint wound_care_records_signs_named check (infection_signs is null or signs_of_infection is true)
);
create index wound_care_records_patient_id_idx on wound_care_records (facility_id, patient_id);
create index wound_care_records_treatment_plan_id_idx on wound_care_records (facility_id, treatment_plan_id);
create index wound_care_records_admission_id_idx on wound_care_records (facility_id, admission_id);
create index wound_care_records_performed_by_idx on wound_care_records (facility_id, performed_by);
create index wound_care_records_assessment_date_idx on wound_care_records (facility_id, assessment_date);
create index wound_care_records_next_dressing_date_idx on wound_care_records (facility_id, next_dressing_date);
create trigger wound_care_records_kept before delete or truncate on wound_care_records for each statement execute function record_kept();
create trigger wound_care_records_guard before update on wound_care_records for each row execute function record_guard();
create constraint trigger wound_care_records_stamp after insert or update on wound_care_records deferrable initially deferred
  for each row execute function sync_stamp('clinical');
select record_same('wound_care_records_same_patient', 'patient_id', 'treatment_plan_id', 'treatment_plans', 'admission_id', 'patient_admissions');
create trigger wound_care_records_same_patient after insert or update on wound_care_records
  for each row execute function wound_care_records_same_patient();
select secure_record('wound_care_records');
