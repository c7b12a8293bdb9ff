-- What is taken off a refund waits with the case for the second person.
ALTER TABLE cases ADD COLUMN deduction TEXT NOT NULL DEFAULT '0';
ALTER TABLE cases ADD COLUMN deduction_reason TEXT NOT NULL DEFAULT '';
