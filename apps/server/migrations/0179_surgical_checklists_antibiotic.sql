-- 0179_surgical_checklists_antibiotic.sql — Which antibiotic was begun before the incision, and when; closed with the Time Out.

alter table surgical_checklists
  add column antibiotic_name varchar(255),
  add column antibiotic_started_at timestamptz(3);
drop trigger surgical_checklists_time_out_signed on surgical_checklists;
create trigger surgical_checklists_time_out_signed before update on surgical_checklists for each row
  when (old.time_out_completed in (true) and (new.team_introductions is distinct from old.team_introductions or new.procedure_confirmed is distinct from old.procedure_confirmed or new.antibiotic_prophylaxis is distinct from old.antibiotic_prophylaxis or new.critical_steps_reviewed is distinct from old.critical_steps_reviewed or new.anticipated_events is distinct from old.anticipated_events or new.anaesthesia_concerns_reviewed is distinct from old.anaesthesia_concerns_reviewed or new.sterility_confirmed is distinct from old.sterility_confirmed or new.imaging_displayed is distinct from old.imaging_displayed or new.antibiotic_name is distinct from old.antibiotic_name or new.antibiotic_started_at is distinct from old.antibiotic_started_at or new.time_out_exception is distinct from old.time_out_exception or new.time_out_completed is distinct from old.time_out_completed or new.time_out_completed_by is distinct from old.time_out_completed_by or new.time_out_completed_at is distinct from old.time_out_completed_at)) execute function record_locked();
