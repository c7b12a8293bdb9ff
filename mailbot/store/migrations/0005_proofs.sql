-- What is known of a customer's file as a proof of purchase.
ALTER TABLE attachment ADD COLUMN names_orders TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN about_order TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN unreadable BOOLEAN NOT NULL DEFAULT FALSE;
