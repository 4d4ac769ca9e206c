-- 0120_prescription_items_warnings.sql — What the checks had found when a medicine was prescribed all the same; the reason stands beside it.

alter table prescription_items
  add column override_warnings text,
  add constraint prescription_items_override_warnings_length check (char_length(override_warnings) <= 8000),
  add constraint prescription_items_overruled_with_reason check (override_warnings is null or override_reason is not null);
