-- The day that was promised before staff named another one; due_on is always the promise that counts.
ALTER TABLE refund ADD COLUMN due_before DATE;
