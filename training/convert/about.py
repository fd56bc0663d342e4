"""What each public set is: where it comes from, under which terms, how to cite it, and how its folder looks.

The terms are notes for whoever fetches a set, not advice: where none are stated with the data, the note says so.
"""

from __future__ import annotations

from dataclasses import dataclass

_COCO = "The pictures are COCO's, under Flickr's terms of use."


@dataclass(frozen=True)
class About:
    """Facts of one set; *layout* is the folder as published, one path a line."""

    title: str
    home: str
    licence: str
    citation: str
    layout: str


def _refer(folder: str, by: str, pictures: str) -> str:
    return f"{folder}/refs({by}).json   (from refs({by}).p: python -m training.convert.refs_json)\n{folder}/instances.json\nimages/{pictures}"


_REFER_HOME = "https://github.com/lichengunc/refer (its links are down; the archives are kept at web.archive.org, see github.com/dvlab-research/LISA)"
_REFER_TERMS = "No licence is stated with the expressions. " + _COCO + " COCO's annotations: CC BY 4.0."
_UNC = "Yu, Poirson, Yang, Berg, Berg: Modeling Context in Referring Expressions. ECCV 2016. arXiv 1608.00272."
_MAO = (
    "Mao, Huang, Toshev, Camburu, Yuille, Murphy: Generation and Comprehension of Unambiguous Object Descriptions. "
    "CVPR 2016. arXiv 1511.02283."
)
_REFERIT = (
    "Kazemzadeh, Ordonez, Matten, Berg: ReferItGame: Referring to Objects in Photographs of Natural Scenes. EMNLP 2014."
)
_CLEF_TERMS = "No licence is stated with the expressions. The pictures are ImageCLEF's (SAIAPR TC-12), for research."
_TRAIN2014 = "mscoco/images/train2014/COCO_train2014_*.jpg"

ABOUT: dict[str, About] = {
    "refcoco": About("RefCOCO", _REFER_HOME, _REFER_TERMS, _UNC, _refer("refcoco", "unc", _TRAIN2014)),
    "refcoco-google": About("RefCOCO, Google's split", _REFER_HOME, _REFER_TERMS, _UNC, _refer("refcoco", "google", _TRAIN2014)),
    "refcoco+": About("RefCOCO+", _REFER_HOME, _REFER_TERMS, _UNC, _refer("refcoco+", "unc", _TRAIN2014)),
    "refcocog": About(
        "RefCOCOg, UMD's split", _REFER_HOME, _REFER_TERMS,
        _MAO + " Split: Nagaraja, Morariu, Davis: Modeling Context Between Objects for Referring Expression Understanding. ECCV 2016.",
        _refer("refcocog", "umd", _TRAIN2014),
    ),
    "refcocog-google": About("RefCOCOg, Google's split", _REFER_HOME, _REFER_TERMS, _MAO, _refer("refcocog", "google", _TRAIN2014)),
    "refclef": About("RefCLEF", _REFER_HOME, _CLEF_TERMS, _REFERIT, _refer("refclef", "unc", "saiapr_tc-12/*.jpg")),
    "refclef-berkeley": About(
        "RefCLEF, Berkeley's split", _REFER_HOME, _CLEF_TERMS, _REFERIT, _refer("refclef", "berkeley", "saiapr_tc-12/*.jpg")
    ),
    "reasonseg": About(
        "ReasonSeg", "https://github.com/dvlab-research/LISA#dataset",
        "No licence is stated with the annotations (the repository's code: Apache-2.0). The pictures come from OpenImages and "
        "ScanNet v2, under their terms.",
        "Lai, Tian, Chen, Li, Yuan, Liu, Jia: LISA: Reasoning Segmentation via Large Language Model. CVPR 2024. arXiv 2308.00692.",
        "train/*.jpg, *.json\nval/*.jpg, *.json\ntest/*.jpg, *.json\nexplanatory/train.json   (answers with reasons, may be absent)",
    ),
    "coco-stuff": About(
        "COCO-Stuff 164K", "https://github.com/nightrome/cocostuff#downloads", "Annotations: CC BY 4.0. " + _COCO,
        "Caesar, Uijlings, Ferrari: COCO-Stuff: Thing and Stuff Classes in Context. CVPR 2018. arXiv 1612.03716.",
        "labels.txt   (from the repository)\nimages/train2017/*.jpg\nimages/val2017/*.jpg\n"
        "annotations/train2017/*.png   (stuffthingmaps_trainval2017.zip)\nannotations/val2017/*.png",
    ),
    "ade20k-150": About(
        "ADE20K, the 150 classes of the scene parsing challenge", "http://sceneparsing.csail.mit.edu",
        "ADE20K's terms of use: non-commercial research and education; the pictures keep their own copyright.",
        "Zhou, Zhao, Puig, Xiao, Fidler, Barriuso, Torralba: Semantic Understanding of Scenes through the ADE20K Dataset. IJCV 127, 2019.",
        "objectInfo150.txt\nimages/training/*.jpg\nimages/validation/*.jpg\nannotations/training/*.png\nannotations/validation/*.png",
    ),
    "ade20k": About(
        "ADE20K, full, release 2021_17_01", "https://groups.csail.mit.edu/vision/datasets/ADE20K/request_data/ (after registration)",
        "ADE20K's terms of use: non-commercial research and education; the pictures keep their own copyright.",
        "Zhou, Zhao, Puig, Xiao, Fidler, Barriuso, Torralba: Semantic Understanding of Scenes through the ADE20K Dataset. IJCV 127, 2019.",
        "ADE20K_2021_17_01/images/ADE/training/<scene>/.../ADE_train_*.jpg, .json, _seg.png, _parts_1.png\n"
        "ADE20K_2021_17_01/images/ADE/validation/...",
    ),
    "paco-lvis": About(
        "PACO-LVIS", "https://github.com/facebookresearch/paco#dataset-setup",
        "The terms of facebookresearch/paco hold for the annotations. " + _COCO + " LVIS annotations: CC BY 4.0.",
        "Ramanathan et al.: PACO: Parts and Attributes of Common Objects. CVPR 2023. arXiv 2301.01795.",
        "annotations/paco_lvis_v1_train.json\nannotations/paco_lvis_v1_val.json\nannotations/paco_lvis_v1_test.json\n"
        "train2017/*.jpg\nval2017/*.jpg",
    ),
    "pascal-part": About(
        "PASCAL-Part", "http://roozbehm.info/pascal-parts/pascal-parts.html and http://host.robots.ox.ac.uk/pascal/VOC/voc2010/",
        "No licence is stated with the annotations. The pictures are PASCAL VOC's, under Flickr's terms of use.",
        "Chen, Mottaghi, Liu, Fidler, Urtasun, Yuille: Detect What You Can: Detecting and Representing Objects using Holistic Models "
        "and Body Parts. CVPR 2014. arXiv 1406.2031.",
        "Annotations_Part/*.mat   (trainval.tar.gz)\nVOCdevkit/VOC2010/JPEGImages/*.jpg\nVOCdevkit/VOC2010/ImageSets/Main/train.txt, val.txt, trainval.txt",
    ),
    "msra": About(
        "MSRA10K or MSRA-B", "https://mmcheng.net/msra10k/",
        "For research; the pictures may not be passed on, and no licence for them is stated.",
        "Cheng, Mitra, Huang, Torr, Hu: Global Contrast based Salient Region Detection. TPAMI 37(3), 2015. MSRA-B: Liu, Sun, Zheng, Tang, "
        "Shum: Learning to Detect a Salient Object. CVPR 2007.",
        "MSRA10K_Imgs_GT/Imgs/*.jpg, *.png   (or MSRA-B/*.jpg, *.png)",
    ),
    "llava-instruct": About(
        "LLaVA-Instruct-150K", "https://huggingface.co/datasets/liuhaotian/LLaVA-Instruct-150K",
        "CC BY 4.0; the words were written by GPT-4, so OpenAI's terms of use apply as well. " + _COCO,
        "Liu, Li, Wu, Lee: Visual Instruction Tuning. NeurIPS 2023. arXiv 2304.08485.",
        "llava_instruct_150k.json   (or conversation_58k.json, detail_23k.json, complex_reasoning_77k.json)\ntrain2017/*.jpg",
    ),
    "instruct-pix2pix": About(
        "InstructPix2Pix", "https://github.com/timothybrooks/instruct-pix2pix#generated-dataset",
        "The repository's licence (MIT-style; Stable Diffusion's licence may restrict what was made with it).",
        "Brooks, Holynski, Efros: InstructPix2Pix: Learning to Follow Image Editing Instructions. CVPR 2023. arXiv 2211.09800.",
        "seeds.json   (made by prepare_dataset.py; may be absent)\nNAME/prompt.json\nNAME/SEED_0.jpg, SEED_1.jpg",
    ),
    "magicbrush": About(
        "MagicBrush", "https://osu-nlp-group.github.io/MagicBrush/",
        "CC BY 4.0. The authors ask not to put the test part online unpacked. " + _COCO,
        "Zhang, Mo, Chen, Sun, Su: MagicBrush: A Manually Annotated Dataset for Instruction-Guided Image Editing. NeurIPS 2023. arXiv 2306.10012.",
        "train/edit_sessions.json (or edit_turns.json), images/ID/ID-input.png, ID-mask1.png, ID-output1.png, ...\ndev/...\ntest/...",
    ),
    "nsr-1k-counting": About(
        "NSR-1K, numbers of things", "https://github.com/weixi-feng/LayoutGPT/tree/master/dataset/NSR-1K",
        "MIT. Captions and boxes come from COCO's annotations, CC BY 4.0.",
        "Feng et al.: LayoutGPT: Compositional Visual Planning and Generation with Large Language Models. NeurIPS 2023. arXiv 2305.15393.",
        "counting/counting.train.json\ncounting/counting.val.json",
    ),
    "nsr-1k-spatial": About(
        "NSR-1K, where things are", "https://github.com/weixi-feng/LayoutGPT/tree/master/dataset/NSR-1K",
        "MIT. Captions and boxes come from COCO's annotations, CC BY 4.0.",
        "Feng et al.: LayoutGPT: Compositional Visual Planning and Generation with Large Language Models. NeurIPS 2023. arXiv 2305.15393.",
        "spatial/spatial.train.json\nspatial/spatial.val.json",
    ),
    "audiocaps": About(
        "AudioCaps (1.0 or 2.0)", "https://github.com/cdjkim/audiocaps",
        "Captions: free for academic purposes only. The sounds belong to YouTube videos and are not published with it.",
        "Kim, Kim, Lee, Kim: AudioCaps: Generating Captions for Audios in The Wild. NAACL-HLT 2019.",
        "train.csv, val.csv, test.csv\ntrain/YOUTUBE_START.wav, ...   (those you have; others become requests only)",
    ),
    "clotho": About(
        "Clotho 2.1", "https://zenodo.org/records/4783391",
        "Captions: Tampere University's licence, non-commercial with attribution. Each sound has its own Creative Commons licence "
        "(clotho_metadata_*.csv).",
        "Drossos, Lipping, Virtanen: Clotho: An Audio Captioning Dataset. ICASSP 2020. arXiv 1910.09387.",
        "clotho_captions_development.csv, clotho_captions_validation.csv, clotho_captions_evaluation.csv\n"
        "development/*.wav\nvalidation/*.wav\nevaluation/*.wav",
    ),
    "msr-vtt": About(
        "MSR-VTT 10K", "http://ms-multimedia-challenge.com/2017/dataset",
        "For research; no licence is stated, and the clips belong to their makers on YouTube.",
        "Xu, Mei, Yao, Rui: MSR-VTT: A Large Video Description Dataset for Bridging Video and Language. CVPR 2016.",
        "train_val_videodatainfo.json, TrainValVideo/*.mp4\ntest_videodatainfo.json, TestVideo/*.mp4",
    ),
    "ref-youtube-vos": About(
        "Ref-YouTube-VOS", "https://youtube-vos.org/dataset/rvos/",
        "The terms on youtube-vos.org: research, not commercial. The videos belong to their makers on YouTube.",
        "Seo, Lee, Han: URVOS: Unified Referring Video Object Segmentation Network with a Large-Scale Benchmark. ECCV 2020.",
        "meta_expressions/train/meta_expressions.json\ntrain/JPEGImages/VIDEO/FRAME.jpg\ntrain/Annotations/VIDEO/FRAME.png",
    ),
    "mevis": About(
        "MeViS", "https://github.com/henghuiding/MeViS",
        "CC BY-NC-SA 4.0, for non-commercial research only.",
        "Ding, Liu, He, Jiang, Loy: MeViS: A Large-scale Benchmark for Video Segmentation with Motion Expressions. ICCV 2023. arXiv 2308.08544.",
        "train/meta_expressions.json, mask_dict.json, JPEGImages/VIDEO/FRAME.jpg\nvalid_u/...",
    ),
}  # fmt: skip
