-- 0178_prescription_items_reference.sql — By which entries of the reference, in which versions, a medicine was checked when it was prescribed.

alter table prescription_items
  add column checked_by_reference text,
  add constraint prescription_items_checked_by_reference_length check (char_length(checked_by_reference) <= 8000);
