/*
description: A model in one ranking of a model hub on one day, with the frameworks that it is for.
key: [source, ranking, snapshot, model_id]
columns:
  source: VARCHAR | Hub
  ranking: VARCHAR | newest or most downloaded
  snapshot: DATE | Day of the observation, UTC
  model_id: VARCHAR | The hub's id of the model
  rank: BIGINT | Place in the ranking, from 0
  library: VARCHAR | Library that the hub names for it
  downloads: BIGINT | Downloads of the last 30 days
  created_on: DATE | Day on which it came to the hub
  frameworks: VARCHAR[] | pytorch, tf, jax, paddle, mxnet, mindspore, onnx, openvino, coreml, mlx, gguf, by tags and library; safetensors where the format of the weights is all that is known; none where nothing is
values:
  ranking: [newest, most downloaded]
*/
WITH words (word, framework) AS (
    -- Tags of the hub, and libraries that run on one framework alone.
    VALUES
    ('pytorch', 'pytorch'),
    ('torch', 'pytorch'),
    ('diffusers', 'pytorch'),
    ('espnet', 'pytorch'),
    ('fastai', 'pytorch'),
    ('flair', 'pytorch'),
    ('nemo', 'pytorch'),
    ('open_clip', 'pytorch'),
    ('peft', 'pytorch'),
    ('pyannote-audio', 'pytorch'),
    ('sentence-transformers', 'pytorch'),
    ('setfit', 'pytorch'),
    ('speechbrain', 'pytorch'),
    ('stable-baselines3', 'pytorch'),
    ('timm', 'pytorch'),
    ('ultralytics', 'pytorch'),
    ('tf', 'tf'),
    ('tensorflow', 'tf'),
    ('keras', 'tf'),
    ('tf-keras', 'tf'),
    ('tflite', 'tf'),
    ('tfjs', 'tf'),
    ('tensorflowtts', 'tf'),
    ('jax', 'jax'),
    ('flax', 'jax'),
    ('paddlepaddle', 'paddle'),
    ('paddlenlp', 'paddle'),
    ('paddleocr', 'paddle'),
    ('paddle', 'paddle'),
    ('mxnet', 'mxnet'),
    ('mindspore', 'mindspore'),
    ('onnx', 'onnx'),
    ('openvino', 'openvino'),
    ('coreml', 'coreml'),
    ('mlx', 'mlx'),
    ('gguf', 'gguf')
),

-- A model that moves between pages while they are turned is there twice.
ranked AS (
    SELECT *
    FROM raw.models
    WHERE observed_on <= getvariable('as_of')
    QUALIFY
        row_number() OVER (
            PARTITION BY source, board, observed_on, model_id ORDER BY rank, line
        ) = 1
),

said AS (
    SELECT
        source,
        board,
        observed_on,
        model_id,
        unnest(list_distinct([lower(tag) FOR tag IN list_append(tags, library)])) AS word
    FROM ranked
),

found AS (
    SELECT
        source,
        board,
        observed_on,
        model_id,
        list_sort(list_distinct(list(words.framework))) AS frameworks,
        bool_or(said.word = 'safetensors') AS is_safetensors
    FROM said
    LEFT JOIN words ON said.word = words.word
    GROUP BY ALL
)

SELECT
    ranked.source,
    CASE ranked.board WHEN 'downloads' THEN 'most downloaded' ELSE ranked.board END AS ranking,
    ranked.observed_on AS snapshot,
    ranked.model_id,
    ranked.rank,
    ranked.library,
    ranked.downloads,
    ranked.created_on,
    CASE
        WHEN len(found.frameworks) > 0 THEN found.frameworks
        WHEN found.is_safetensors THEN ['safetensors']
        ELSE ['none']
    END AS frameworks
FROM ranked
LEFT JOIN found
    ON
        ranked.source = found.source
        AND ranked.board = found.board
        AND ranked.observed_on = found.observed_on
        AND ranked.model_id = found.model_id
