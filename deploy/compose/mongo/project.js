// Runs once, on an empty volume: the role of the project service, for its own database only.
db.getSiblingDB('vibecode').createUser({
  user: 'project',
  pwd: process.env.PROJECT_DATABASE_PASSWORD,
  roles: [{ role: 'readWrite', db: 'vibecode' }],
});
