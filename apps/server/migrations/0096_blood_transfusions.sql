-- 0096_blood_transfusions.sql — One unit of blood or a blood product: why it was asked for, what it is, the checks at the bedside, how it ran and how it was borne.

create table blood_transfusions (
  id uuid primary key default gen_random_uuid(),
  facility_id uuid not null constraint blood_transfusions_facility_id_fkey references facilities (id),
  created_by uuid,
  updated_by uuid,
  created_at timestamptz(3) not null default now(),
  updated_at timestamptz(3) not null default now(),
  deleted boolean not null default false,
  row_version integer not null default 1,
  field_ver jsonb not null default '{}',
  patient_id uuid not null,
  admission_id uuid,
  surgery_booking_id uuid,
  status text not null,
  component text not null,
  urgency text,
  indication text not null,
  haemoglobin_before numeric(3, 1),
  haemoglobin_target numeric(3, 1),
  patient_group text,
  unit_number varchar(50),
  donor_group text,
  volume integer,
  donation_date date,
  expiry_date date,
  source varchar(200),
  screened boolean,
  crossmatch text,
  exception_reason text,
  consent_obtained boolean,
  identity_checked boolean,
  group_checked boolean,
  unit_checked boolean,
  expiry_checked boolean,
  second_checker_id uuid,
  started_at timestamptz(3),
  started_by uuid,
  ended_at timestamptz(3),
  volume_given integer,
  reaction text,
  reaction_severity text,
  reaction_details text,
  stop_reason text,
  haemoglobin_after numeric(3, 1),
  requested_by uuid,
  requested_at timestamptz(3),
  constraint blood_transfusions_facility_id_id_key unique (facility_id, id),
  constraint blood_transfusions_patient_id_fkey foreign key (facility_id, patient_id) references patients (facility_id, id),
  constraint blood_transfusions_admission_id_fkey foreign key (facility_id, admission_id) references patient_admissions (facility_id, id),
  constraint blood_transfusions_surgery_booking_id_fkey foreign key (facility_id, surgery_booking_id) references surgery_bookings (facility_id, id),
  constraint blood_transfusions_status_choice check (status in ('Requested', 'Issued', 'Running', 'Completed', 'Stopped', 'Cancelled')),
  constraint blood_transfusions_component_choice check (component in ('Whole blood', 'Packed red cells', 'Platelets', 'Fresh frozen plasma', 'Cryoprecipitate')),
  constraint blood_transfusions_urgency_choice check (urgency in ('Routine', 'Urgent', 'Emergency')),
  constraint blood_transfusions_indication_length check (char_length(indication) <= 2000),
  constraint blood_transfusions_haemoglobin_before_range check (haemoglobin_before between 1 and 30),
  constraint blood_transfusions_haemoglobin_target_range check (haemoglobin_target between 1 and 30),
  constraint blood_transfusions_patient_group_choice check (patient_group in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
  constraint blood_transfusions_donor_group_choice check (donor_group in ('A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-')),
  constraint blood_transfusions_volume_range check (volume between 5 and 1000),
  constraint blood_transfusions_crossmatch_choice check (crossmatch in ('Compatible', 'Incompatible', 'Not done')),
  constraint blood_transfusions_exception_reason_length check (char_length(exception_reason) <= 1000),
  constraint blood_transfusions_second_checker_id_fkey foreign key (facility_id, second_checker_id) references users (facility_id, id),
  constraint blood_transfusions_started_by_fkey foreign key (facility_id, started_by) references users (facility_id, id),
  constraint blood_transfusions_volume_given_range check (volume_given between 0 and 1000),
  constraint blood_transfusions_reaction_choice check (reaction in ('None', 'Febrile', 'Allergic', 'Anaphylaxis', 'Haemolytic', 'Circulatory overload', 'Lung injury', 'Septic', 'Other')),
  constraint blood_transfusions_reaction_severity_choice check (reaction_severity in ('Mild', 'Moderate', 'Severe', 'Life-threatening')),
  constraint blood_transfusions_reaction_details_length check (char_length(reaction_details) <= 4000),
  constraint blood_transfusions_stop_reason_length check (char_length(stop_reason) <= 1000),
  constraint blood_transfusions_haemoglobin_after_range check (haemoglobin_after between 1 and 30),
  constraint blood_transfusions_requested_by_fkey foreign key (facility_id, requested_by) references users (facility_id, id),
  constraint blood_transfusions_red_cells_fit check (component not in ('Packed red cells', 'Whole blood') or donor_group is null or (patient_group is null and started_at is null) or rtrim(donor_group, '+-') = 'O' or (patient_group is not null and (rtrim(patient_group, '+-') = 'AB' or rtrim(donor_group, '+-') = rtrim(patient_group, '+-')))),
  constraint blood_transfusions_unusual_explained check (exception_reason is not null or case when donor_group is null or patient_group is null then patient_group is not null or started_at is null when component in ('Packed red cells', 'Whole blood') then right(donor_group, 1) = '-' or right(patient_group, 1) = '+' when component in ('Fresh frozen plasma', 'Cryoprecipitate') then rtrim(donor_group, '+-') = 'AB' or rtrim(patient_group, '+-') = 'O' or rtrim(donor_group, '+-') = rtrim(patient_group, '+-') else true end),
  constraint blood_transfusions_checked_before_start check (started_at is null or (identity_checked is true and unit_checked is true and expiry_checked is true and (group_checked is true or patient_group is null) and second_checker_id is not null)),
  constraint blood_transfusions_groups_compared check (started_at is null or group_checked is not true or patient_group is not null),
  constraint blood_transfusions_unscreened_explained check (started_at is null or screened is not false or exception_reason is not null),
  constraint blood_transfusions_unit_named check (started_at is null or num_nonnulls(unit_number, donor_group, expiry_date) = 3),
  constraint blood_transfusions_crossmatched check (started_at is null or (crossmatch is not null and (crossmatch = 'Compatible' or (crossmatch = 'Not done' and exception_reason is not null)))),
  constraint blood_transfusions_in_date check (started_at is null or expiry_date is null or (started_at at time zone 'UTC')::date <= expiry_date),
  constraint blood_transfusions_donated_before_expiry check (donation_date is null or expiry_date is null or expiry_date >= donation_date),
  constraint blood_transfusions_ends_after_start check (ended_at is null or (started_at is not null and ended_at >= started_at)),
  constraint blood_transfusions_status_fits_times check ((started_at is not null) = (status in ('Running', 'Completed', 'Stopped')) and (ended_at is not null) = (status in ('Completed', 'Stopped'))),
  constraint blood_transfusions_two_people check (second_checker_id is null or started_by is null or second_checker_id <> started_by),
  constraint blood_transfusions_reaction_said check (status not in ('Completed', 'Stopped') or reaction is not null),
  constraint blood_transfusions_reaction_graded check (reaction is null or (reaction = 'None') = (reaction_severity is null)),
  constraint blood_transfusions_stop_explained check (status <> 'Stopped' or stop_reason is not null)
);
create index blood_transfusions_patient_id_idx on blood_transfusions (facility_id, patient_id);
create index blood_transfusions_admission_id_idx on blood_transfusions (facility_id, admission_id);
create index blood_transfusions_surgery_booking_id_idx on blood_transfusions (facility_id, surgery_booking_id);
create index blood_transfusions_second_checker_id_idx on blood_transfusions (facility_id, second_checker_id);
create index blood_transfusions_started_by_idx on blood_transfusions (facility_id, started_by);
create index blood_transfusions_requested_by_idx on blood_transfusions (facility_id, requested_by);
create index blood_transfusions_status_idx on blood_transfusions (facility_id, status);
create index blood_transfusions_unit_number_idx on blood_transfusions (facility_id, unit_number);
create trigger blood_transfusions_kept before delete or truncate on blood_transfusions for each statement execute function record_kept();
create trigger blood_transfusions_guard before update on blood_transfusions for each row execute function record_guard();
create constraint trigger blood_transfusions_stamp after insert or update on blood_transfusions deferrable initially deferred
  for each row execute function sync_stamp('clinical');
create trigger blood_transfusions_started before update on blood_transfusions for each row
  when (old.status in ('Running', 'Completed', 'Stopped') and (new.component is distinct from old.component or new.patient_group is distinct from old.patient_group or new.unit_number is distinct from old.unit_number or new.donor_group is distinct from old.donor_group or new.expiry_date is distinct from old.expiry_date or new.screened is distinct from old.screened or new.crossmatch is distinct from old.crossmatch or new.exception_reason is distinct from old.exception_reason or new.identity_checked is distinct from old.identity_checked or new.group_checked is distinct from old.group_checked or new.unit_checked is distinct from old.unit_checked or new.expiry_checked is distinct from old.expiry_checked or new.second_checker_id is distinct from old.second_checker_id or new.started_at is distinct from old.started_at)) execute function record_locked();
select record_same('blood_transfusions_same_patient', 'patient_id', 'admission_id', 'patient_admissions', 'surgery_booking_id', 'surgery_bookings');
create trigger blood_transfusions_same_patient after insert or update on blood_transfusions
  for each row execute function blood_transfusions_same_patient();
select secure_record('blood_transfusions');
