"""Classification: what models and word lists find in pictures and texts, as labels of ours and a verdict.

verdicts            labels, thresholds per label, and the verdict that follows; pure
creator_record      how a creator's strikes move the thresholds for a review; pure
text_moderation     finds listed words in titles, descriptions, tags, names and comments; pure
skeletons           what a text looks like: look-alikes, accents and invisible characters folded; pure
onnx_models         ONNX models that score frames
rekognition_labels  Rekognition's labels as labels of ours; pure
rekognition_images  Rekognition's image API
"""
