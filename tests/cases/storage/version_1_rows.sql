-- The rows of a database of schema version 1, as the last tuner with that schema left them when it was killed:
-- trials completed and failed, one running, one event of each kind. Times and identities are those of that run.

INSERT INTO "daemon" VALUES(1,'c8da9c49-7587-4c9b-b706-0c91611c09be','pid:[4026531836]',31260,1950512,1795609633235);
INSERT INTO "study_name" VALUES('old',1);
INSERT INTO "study" VALUES(1,'old-1','{"name":"old","objectives":[{"metric":"loss","goal":"minimize"}],"parameters":[{"name":"x","domain":{"kind":"real","min":0.0,"max":1.0,"scale":"linear"}}],"selection":"last","algorithm":"bayesian","seed":5,"startingPoints":[],"earlyStopping":false,"limits":{"maxTrials":6,"maxParallelTrials":1,"maxFailedTrials":0,"maxRetries":0,"timeoutMs":null,"stallTimeoutMs":null,"terminationGraceMs":30000},"trainer":{"command":["./train.sh"],"args":[],"jobDir":null,"pythonModule":"","packageUris":[],"env":[],"workingDir":"/home/ann/lab"},"unusedFields":[]}','/home/ann/lab/h.yaml','trainingInput:
  command: [./train.sh]
  hyperparameters:
    goal: MINIMIZE
    hyperparameterMetricTag: loss
    maxTrials: 6
    maxParallelTrials: 1
    seed: 5
    params:
    - {parameterName: x, type: DOUBLE, minValue: 0, maxValue: 1}
','running','none','',1795609633245,NULL);
INSERT INTO "trial" VALUES(1,1,1,'{"x":0.27338628420922906}','{"origin":"design","finished":0,"pending":0,"predictedMean":null,"predictedSd":null,"acquisition":null,"note":""}','completed',1,0,0,1,0,0.5,3,NULL,NULL,1795609633249,1795609633249,1795609633319);
INSERT INTO "trial" VALUES(2,1,2,'{"x":0.8229095743979887}','{"origin":"design","finished":1,"pending":0,"predictedMean":null,"predictedSd":null,"acquisition":null,"note":""}','failed',1,0,0,2,NULL,NULL,NULL,'exited','the trainer exited with code 3; its last words:
loss=0.82290957439798873
{"loss": 0.5, "accuracy": 0.9, "step": 3}',1795609633327,1795609633343,1795609633496);
INSERT INTO "trial" VALUES(3,1,3,'{"x":0.6340043530301167}','{"origin":"design","finished":1,"pending":0,"predictedMean":null,"predictedSd":null,"acquisition":null,"note":""}','completed',1,0,0,3,0,0.5,3,NULL,NULL,1795609633519,1795609633523,1795609633663);
INSERT INTO "trial" VALUES(4,1,4,'{"x":0.0}','{"origin":"model","finished":2,"pending":0,"predictedMean":0.5,"predictedSd":0.0,"acquisition":-1.6777865668176553,"note":""}','running',1,0,0,4,NULL,NULL,NULL,NULL,NULL,1795609633668,1795609633687,NULL);
INSERT INTO "attempt" VALUES(1,'21c2f366440780ecd657b7c29e04bcf7',1,1,1,'ended','/home/ann/.local/share/tuner/studies/old-1/1/1','c8da9c49-7587-4c9b-b706-0c91611c09be','pid:[4026531836]',31265,1950516,71,2,'exited',0,0,'','loss=0.27338628420922906
{"loss": 0.5, "accuracy": 0.9, "step": 3}',1795609633249,1795609633319);
INSERT INTO "attempt" VALUES(2,'cfc3f37829f26e6750c4e32f42862d68',2,1,1,'ended','/home/ann/.local/share/tuner/studies/old-1/2/1','c8da9c49-7587-4c9b-b706-0c91611c09be','pid:[4026531836]',31272,1950526,71,2,'exited',3,0,'','loss=0.82290957439798873
{"loss": 0.5, "accuracy": 0.9, "step": 3}',1795609633343,1795609633496);
INSERT INTO "attempt" VALUES(3,'6e95a7187f8f7c51963c983da05047bb',3,1,1,'ended','/home/ann/.local/share/tuner/studies/old-1/3/1','c8da9c49-7587-4c9b-b706-0c91611c09be','pid:[4026531836]',31295,1950547,71,2,'exited',0,0,'','loss=0.63400435303011671
{"loss": 0.5, "accuracy": 0.9, "step": 3}',1795609633523,1795609633663);
INSERT INTO "attempt" VALUES(4,'11558ab55125f1e54357e456df263bfe',4,1,1,'running','/home/ann/.local/share/tuner/studies/old-1/4/1','c8da9c49-7587-4c9b-b706-0c91611c09be','pid:[4026531836]',31306,1950561,53,2,NULL,NULL,NULL,NULL,NULL,1795609633687,NULL);
INSERT INTO "metric" VALUES(1,'loss');
INSERT INTO "metric" VALUES(2,'accuracy');
INSERT INTO "measurement" VALUES(1,1,1,0,2.73386284209229057928e-01,0,0);
INSERT INTO "measurement" VALUES(1,3,1,0,0.5,1,1);
INSERT INTO "measurement" VALUES(1,3,2,0,0.9,1,0);
INSERT INTO "measurement" VALUES(2,1,1,0,8.22909574397988730076e-01,0,0);
INSERT INTO "measurement" VALUES(2,3,1,0,0.5,1,1);
INSERT INTO "measurement" VALUES(2,3,2,0,0.9,1,0);
INSERT INTO "measurement" VALUES(3,1,1,0,6.34004353030116707401e-01,0,0);
INSERT INTO "measurement" VALUES(3,3,1,0,0.5,1,1);
INSERT INTO "measurement" VALUES(3,3,2,0,0.9,1,0);
INSERT INTO "measurement" VALUES(4,1,1,0,0.0,0,0);
INSERT INTO "measurement" VALUES(4,3,1,0,0.5,1,1);
INSERT INTO "measurement" VALUES(4,3,2,0,0.9,1,0);
INSERT INTO "outcome_metric" VALUES(1,0,2,0,0.9);
INSERT INTO "outcome_metric" VALUES(1,1,1,0,0.5);
INSERT INTO "outcome_metric" VALUES(3,0,2,0,0.9);
INSERT INTO "outcome_metric" VALUES(3,1,1,0,0.5);
INSERT INTO "event" VALUES(1,1795609633245,'study_created','old-1',NULL,'{"id":"old-1","name":"old","state":"running","reason":null,"message":null,"maxTrials":6,"maxParallelTrials":1,"maxFailedTrials":0,"createTime":"2026-11-25T12:27:13.245Z","endTime":null}');
INSERT INTO "event" VALUES(2,1795609633249,'trial_created','old-1',1,'{"id":1,"study":"old-1","state":"pending","parameters":{"x":0.27338628420922906},"objective":null,"metrics":{},"step":null,"origin":"design","attempts":0,"reason":null,"createTime":"2026-11-25T12:27:13.249Z","startTime":null,"endTime":null}');
INSERT INTO "event" VALUES(3,1795609633249,'trial_started','old-1',1,'{"id":1,"study":"old-1","state":"running","parameters":{"x":0.27338628420922906},"objective":null,"metrics":{},"step":null,"origin":"design","attempts":1,"reason":null,"createTime":"2026-11-25T12:27:13.249Z","startTime":"2026-11-25T12:27:13.249Z","endTime":null}');
INSERT INTO "event" VALUES(4,1795609633319,'trial_ended','old-1',1,'{"id":1,"study":"old-1","state":"completed","parameters":{"x":0.27338628420922906},"objective":0.5,"metrics":{"accuracy":0.9,"loss":0.5},"step":3,"origin":"design","attempts":1,"reason":null,"createTime":"2026-11-25T12:27:13.249Z","startTime":"2026-11-25T12:27:13.249Z","endTime":"2026-11-25T12:27:13.319Z"}');
INSERT INTO "event" VALUES(7,1795609633496,'trial_ended','old-1',2,'{"id":2,"study":"old-1","state":"failed","parameters":{"x":0.8229095743979887},"objective":null,"metrics":{"accuracy":0.9,"loss":0.5},"step":3,"origin":"design","attempts":1,"reason":"the trainer exited with code 3; its last words:\nloss=0.82290957439798873\n{\"loss\": 0.5, \"accuracy\": 0.9, \"step\": 3}","createTime":"2026-11-25T12:27:13.327Z","startTime":"2026-11-25T12:27:13.343Z","endTime":"2026-11-25T12:27:13.496Z"}');
INSERT INTO "event" VALUES(12,1795609633687,'trial_started','old-1',4,'{"id":4,"study":"old-1","state":"running","parameters":{"x":0.0},"objective":null,"metrics":{},"step":null,"origin":"model","attempts":1,"reason":null,"createTime":"2026-11-25T12:27:13.668Z","startTime":"2026-11-25T12:27:13.687Z","endTime":null}');
