-- What the refreshes saw: a row per unbroken run of an indicator for a subject.
CREATE TABLE signals (
  signal_id ROW_NUMBER_KEY,
  indicator TEXT NOT NULL,
  household BIGINT NOT NULL,
  person BIGINT,
  division BIGINT NOT NULL,
  since_day BIGINT NOT NULL,
  ended_day BIGINT,
  quiet_until_day BIGINT,
  alert_id BIGINT
);
CREATE INDEX signals_running ON signals (household) WHERE ended_day IS NULL;
CREATE INDEX signals_of_alert ON signals (alert_id);

-- One task per household.
CREATE TABLE alerts (
  alert_id ROW_NUMBER_KEY,
  household BIGINT NOT NULL,
  division BIGINT NOT NULL,
  township BIGINT NOT NULL,
  county BIGINT NOT NULL,
  source TEXT NOT NULL,
  severity TEXT NOT NULL,
  chance_ppm BIGINT NOT NULL,
  state TEXT NOT NULL,
  opened_day BIGINT NOT NULL,
  assigned_day BIGINT,
  due_day BIGINT,
  raised_day BIGINT,
  closed_day BIGINT,
  finding TEXT,
  disposition BIGINT,
  outcome TEXT,
  hit BIGINT
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (household) WHERE closed_day IS NULL;
CREATE INDEX alerts_by_place ON alerts (township, state);

-- Everything that people and the nights did to an alert, in order; never changed.
CREATE TABLE alert_events (
  event_id ROW_NUMBER_KEY,
  alert_id BIGINT NOT NULL,
  at_ms BIGINT NOT NULL,
  who TEXT NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX alert_events_of ON alert_events (alert_id, event_id);

-- The nights that were followed.
CREATE TABLE nights (
  as_of_day BIGINT NOT NULL PRIMARY KEY,
  at_ms BIGINT NOT NULL,
  sightings BIGINT NOT NULL,
  begun BIGINT NOT NULL,
  ended BIGINT NOT NULL,
  opened BIGINT NOT NULL,
  assigned BIGINT NOT NULL,
  waiting BIGINT NOT NULL
);
