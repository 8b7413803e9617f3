"""Trees of bones as many programs write them; see rig_families."""

from __future__ import annotations

from rig_families import Family, hand

_MIXAMO = """
§P§Hips =pelvis
 §P§Spine =spine1
  §P§Spine1 =spine2
   §P§Spine2 =spine3
    §P§Neck =neck
     §P§Head =head
      §P§HeadTop_End @top
    §P§§Shoulder =collar
     §P§§Arm =shoulder
      §P§§ForeArm =elbow
       §P§§Hand =wrist
{hand}
 §P§§UpLeg =hip
  §P§§Leg =knee
   §P§§Foot =ankle
    §P§§ToeBase =foot
     §P§§Toe_End @ankle>foot:1.6
"""


def _mixamo(prefix: str) -> Family:
    fingers = hand(8, prefix + "§Hand{digit}{k}", end="4")
    return Family(_MIXAMO.replace("§P§", prefix).format(hand=fingers), "Left", "Right")


_UE5 = """
root @floor
 pelvis =pelvis
  spine_01 =spine1
   spine_02 @spine1>spine2:0.5
    spine_03 =spine2
     spine_04 @spine2>spine3:0.5
      spine_05 =spine3
       neck_01 =neck
        neck_02 @neck>head:0.5
         head =head
       clavicle_§ =collar
        upperarm_§ =shoulder
         upperarm_twist_01_§ @shoulder>elbow:0.3
         upperarm_twist_02_§ @shoulder>elbow:0.6
         upperarm_correctiveRoot_§ @shoulder
         lowerarm_§ =elbow
          lowerarm_twist_02_§ @elbow>wrist:0.3
          hand_§ =wrist
           index_metacarpal_§ @wrist>index1:0.3
           weapon_§ @wrist>middle1:0.9
{hand}
  thigh_§ =hip
   thigh_twist_01_§ @hip>knee:0.3
   calf_§ =knee
    calf_twist_01_§ @knee>ankle:0.3
    foot_§ =ankle
     ball_§ =foot
 ik_foot_root @floor
  ik_foot_§ @ankle
 ik_hand_root @floor
  ik_hand_gun @right_wrist
   ik_hand_§ @wrist
 interaction @floor
 center_of_mass @floor
"""

_RIGIFY_DEF = """
root @floor
 DEF-spine =pelvis
  DEF-pelvis.§ @pelvis
  DEF-thigh.§ =hip
   DEF-thigh.§.001 @hip>knee:0.5
    DEF-shin.§ =knee
     DEF-shin.§.001 @knee>ankle:0.5
      DEF-foot.§ =ankle
       DEF-toe.§ =foot
  DEF-spine.001 =spine1
   DEF-spine.002 =spine2
    DEF-spine.003 =spine3
     DEF-spine.004 =neck
      DEF-spine.005 @neck>head:0.5
       DEF-spine.006 =head
     DEF-breast.§ @spine3>collar:0.8
     DEF-shoulder.§ =collar
      DEF-upper_arm.§ =shoulder
       DEF-upper_arm.§.001 @shoulder>elbow:0.5
        DEF-forearm.§ =elbow
         DEF-forearm.§.001 @elbow>wrist:0.5
          DEF-hand.§ =wrist
"""

_METARIG = """
spine =pelvis
 pelvis.§ @pelvis
 thigh.§ =hip
  shin.§ =knee
   foot.§ =ankle
    toe.§ =foot
    heel.02.§ @ankle>foot:-0.3
 spine.001 =spine1
  spine.002 =spine2
   spine.003 =spine3
    spine.004 =neck
     spine.005 @neck>head:0.5
      spine.006 =head
    breast.§ @spine3>collar:0.8
    shoulder.§ =collar
     upper_arm.§ =shoulder
      forearm.§ =elbow
       hand.§ =wrist
        palm.01.§ @wrist>index1:0.3
         f_index.01.§ =index1
          f_index.02.§ =index2
           f_index.03.§ =index3
         thumb.01.§ =thumb1
          thumb.02.§ =thumb2
           thumb.03.§ =thumb3
        palm.02.§ @wrist>middle1:0.3
         f_middle.01.§ =middle1
          f_middle.02.§ =middle2
           f_middle.03.§ =middle3
"""

_BIPED = """
Bip01 @pelvis
 Bip01 Footsteps @floor
 Bip01 Pelvis =pelvis
  Bip01 Spine =spine1
   Bip01 § Thigh =hip
    Bip01 § Calf =knee
     Bip01 § Foot =ankle
      Bip01 § Toe0 =foot
       Bip01 § Toe0Nub @ankle>foot:1.6
   Bip01 Spine1 =spine2
    Bip01 Spine2 =spine3
     Bip01 Neck =neck
      Bip01 Head =head
       Bip01 HeadNub @top
       Bip01 Ponytail1 @head>top:0.5
      Bip01 § Clavicle =collar
       Bip01 § UpperArm =shoulder
        Bip01 § Forearm =elbow
         Bip01 § ForeTwist @elbow>wrist:0.5
         Bip01 § Hand =wrist
          Bip01 § Finger0 =thumb1
           Bip01 § Finger01 =thumb2
            Bip01 § Finger02 =thumb3
             Bip01 § Finger0Nub @thumb2>thumb3:2
          Bip01 § Finger1 =index1
           Bip01 § Finger11 =index2
            Bip01 § Finger12 =index3
             Bip01 § Finger1Nub @index2>index3:2
          Bip01 § Finger2 =middle1
           Bip01 § Finger21 =middle2
            Bip01 § Finger22 =middle3
          Bip01 § Finger3 =ring1
           Bip01 § Finger31 =ring2
            Bip01 § Finger32 =ring3
          Bip01 § Finger4 =pinky1
           Bip01 § Finger41 =pinky2
            Bip01 § Finger42 =pinky3
"""

_CC = """
RL_BoneRoot @floor
 CC_Base_Hip =pelvis
  CC_Base_Pelvis @pelvis
   CC_Base_§_Thigh =hip
    CC_Base_§_ThighTwist01 @hip>knee:0.2
    CC_Base_§_Calf =knee
     CC_Base_§_CalfTwist01 @knee>ankle:0.2
     CC_Base_§_KneeShareBone @knee
     CC_Base_§_Foot =ankle
      CC_Base_§_ToeBaseShareBone @foot
      CC_Base_§_ToeBase =foot
       CC_Base_§_BigToe1 @ankle>foot:1.3
       CC_Base_§_PinkyToe1 @ankle>foot:1.2
  CC_Base_Waist =spine1
   CC_Base_Spine01 =spine2
    CC_Base_Spine02 =spine3
     CC_Base_§_RibsTwist @spine3>collar:0.3
      CC_Base_§_Breast @spine3>collar:0.5
     CC_Base_NeckTwist01 =neck
      CC_Base_NeckTwist02 @neck>head:0.5
       CC_Base_Head =head
        CC_Base_FacialBone @head
         CC_Base_JawRoot =jaw
          CC_Base_Tongue01 @jaw
         CC_Base_§_Eye =eye
     CC_Base_§_Clavicle =collar
      CC_Base_§_Upperarm =shoulder
       CC_Base_§_UpperarmTwist01 @shoulder>elbow:0.3
       CC_Base_§_Forearm =elbow
        CC_Base_§_ForearmTwist01 @elbow>wrist:0.3
        CC_Base_§_ElbowShareBone @elbow
        CC_Base_§_Hand =wrist
         CC_Base_§_Thumb1 =thumb1
          CC_Base_§_Thumb2 =thumb2
           CC_Base_§_Thumb3 =thumb3
         CC_Base_§_Index1 =index1
          CC_Base_§_Index2 =index2
           CC_Base_§_Index3 =index3
         CC_Base_§_Mid1 =middle1
          CC_Base_§_Mid2 =middle2
           CC_Base_§_Mid3 =middle3
"""

_DAZ8 = """
hip =pelvis
 pelvis @pelvis
  §ThighBend =hip
   §ThighTwist @hip>knee:0.5
    §Shin =knee
     §Foot =ankle
      §Metatarsals @ankle>foot:0.4
       §Toe =foot
        §BigToe @ankle>foot:1.3
        §SmallToe1 @ankle>foot:1.2
 abdomenLower =spine1
  abdomenUpper @spine1>spine2:0.7
   chestLower =spine2
    chestUpper =spine3
     §Pectoral @spine3>collar:0.6
     §Collar =collar
      §ShldrBend =shoulder
       §ShldrTwist @shoulder>elbow:0.5
        §ForearmBend =elbow
         §ForearmTwist @elbow>wrist:0.5
          §Hand =wrist
           §Thumb1 =thumb1
            §Thumb2 =thumb2
             §Thumb3 =thumb3
           §Carpal1 @wrist>index1:0.3
            §Index1 =index1
             §Index2 =index2
              §Index3 =index3
           §Carpal2 @wrist>middle1:0.3
            §Mid1 =middle1
             §Mid2 =middle2
              §Mid3 =middle3
     neckLower =neck
      neckUpper @neck>head:0.5
       head =head
        upperTeeth @head>top:0.2
        lowerJaw =jaw
        §Eye =eye
        §Ear @head>top:0.4
"""

_DAZ9 = """
hip =pelvis
 pelvis @pelvis
  §_thigh =hip
   §_thightwist1 @hip>knee:0.3
   §_shin =knee
    §_foot =ankle
     §_metatarsal @ankle>foot:0.4
     §_toes =foot
 spine1 =spine1
  spine2 @spine1>spine2:0.7
   spine3 =spine2
    spine4 =spine3
     §_pectoral @spine3>collar:0.6
     §_shoulder =collar
      §_upperarm =shoulder
       §_upperarmtwist1 @shoulder>elbow:0.3
       §_forearm =elbow
        §_forearmtwist1 @elbow>wrist:0.3
        §_hand =wrist
     neck1 =neck
      neck2 @neck>head:0.5
       head =head
"""

_POSER = """
hip =pelvis
 §Buttock @pelvis>hip:0.6
  §Thigh =hip
   §Shin =knee
    §Foot =ankle
     §Toe =foot
 abdomen =spine1
  chest =spine3
   neck =neck
    head =head
   §Collar =collar
    §Shldr =shoulder
     §ForeArm =elbow
      §Hand =wrist
       §Thumb1 =thumb1
        §Thumb2 =thumb2
         §Thumb3 =thumb3
"""

_MOTIONBUILDER = """
Hips =pelvis
 §Hip =hip
  §Knee =knee
   §Ankle =ankle
    §Toe =foot
 Chest =spine1
  Chest2 =spine2
   Chest3 =spine3
    §Collar =collar
     §Shoulder =shoulder
      §Elbow =elbow
       §Wrist =wrist
    Neck =neck
     Head =head
"""

_LAFAN = """
Hips =pelvis
 §UpLeg =hip
  §Leg =knee
   §Foot =ankle
    §Toe =foot
 Spine =spine1
  Spine1 =spine2
   Spine2 =spine3
    Neck =neck
     Head =head
    §Shoulder =collar
     §Arm =shoulder
      §ForeArm =elbow
       §Hand =wrist
"""

_NEURON = """
Hips =pelvis
 §UpLeg =hip
  §Leg =knee
   §Foot =ankle
 Spine =spine1
  Spine1 @spine1>spine2:0.5
   Spine2 =spine2
    Spine3 =spine3
     Neck =neck
      Head =head
     §Shoulder =collar
      §Arm =shoulder
       §ForeArm =elbow
        §Hand =wrist
         §HandThumb1 =thumb1
          §HandThumb2 =thumb2
           §HandThumb3 =thumb3
         §InHandIndex @wrist>index1:0.2
          §HandIndex1 =index1
           §HandIndex2 =index2
            §HandIndex3 =index3
         §InHandMiddle @wrist>middle1:0.2
          §HandMiddle1 =middle1
           §HandMiddle2 =middle2
            §HandMiddle3 =middle3
"""

_XSENS = """
Pelvis =pelvis
 L5 =spine1
  L3 @spine1>spine2:0.5
   T12 =spine2
    T8 =spine3
     Neck =neck
      Head =head
     §Shoulder =collar
      §UpperArm =shoulder
       §ForeArm =elbow
        §Hand =wrist
 §UpperLeg =hip
  §LowerLeg =knee
   §Foot =ankle
    §Toe =foot
"""

_ROKOKO = """
Root @floor
 Hips =pelvis
  Spine1 =spine1
   Spine2 @spine1>spine2:0.5
    Spine3 =spine2
     Spine4 =spine3
      Neck =neck
       Head =head
      §Shoulder =collar
       §Arm =shoulder
        §ForeArm =elbow
         §Hand =wrist
          §Finger1Metacarpal =thumb1
           §Finger1Proximal =thumb2
            §Finger1Distal =thumb3
             §Finger1Tip @thumb2>thumb3:2
          §Finger2Metacarpal @wrist>index1:0.3
           §Finger2Proximal =index1
            §Finger2Medial =index2
             §Finger2Distal =index3
              §Finger2Tip @index2>index3:2
          §Finger3Metacarpal @wrist>middle1:0.3
           §Finger3Proximal =middle1
            §Finger3Medial =middle2
             §Finger3Distal =middle3
          §Finger4Metacarpal @wrist>ring1:0.3
           §Finger4Proximal =ring1
            §Finger4Medial =ring2
             §Finger4Distal =ring3
          §Finger5Metacarpal @wrist>pinky1:0.3
           §Finger5Proximal =pinky1
            §Finger5Medial =pinky2
             §Finger5Distal =pinky3
  §Thigh =hip
   §Shin =knee
    §Foot =ankle
     §Toe =foot
      §ToeTip @ankle>foot:1.6
"""

_ARP = """
root.x =pelvis
 thigh_stretch.§ =hip
  thigh_twist.§ @hip
  leg_stretch.§ =knee
   leg_twist.§ @knee>ankle:0.5
   foot.§ =ankle
    toes_01.§ =foot
 spine_01.x =spine1
  spine_02.x =spine3
   neck.x =neck
    head.x =head
   breast_01.§ @spine3>collar:0.7
   shoulder.§ =collar
    arm_stretch.§ =shoulder
     arm_twist.§ @shoulder
     forearm_stretch.§ =elbow
      forearm_twist.§ @elbow>wrist:0.5
      hand.§ =wrist
       thumb1.§ =thumb1
        thumb2.§ =thumb2
         thumb3.§ =thumb3
       index1_base.§ @wrist>index1:0.3
        index1.§ =index1
         index2.§ =index2
          index3.§ =index3
"""

_VRM1 = """
Root @floor
 hips =pelvis
  spine =spine1
   chest =spine2
    upperChest =spine3
     neck =neck
      head =head
       jaw =jaw
       §Eye =eye
     §Shoulder =collar
      §UpperArm =shoulder
       §LowerArm =elbow
        §Hand =wrist
         §ThumbMetacarpal =thumb1
          §ThumbProximal =thumb2
           §ThumbDistal =thumb3
         §IndexProximal =index1
          §IndexIntermediate =index2
           §IndexDistal =index3
         §LittleProximal =pinky1
          §LittleIntermediate =pinky2
           §LittleDistal =pinky3
  §UpperLeg =hip
   §LowerLeg =knee
    §Foot =ankle
     §Toes =foot
"""

_MMD = """
全ての親 @floor
 センター =pelvis
  下半身 @pelvis
   §足 =hip
    §ひざ =knee
     §足首 =ankle
      §つま先 =foot
   §足D @hip
  上半身 =spine1
   上半身2 =spine3
    首 =neck
     頭 =head
      §目 =eye
      前髪１ @head>top:0.9
     両目 @top
    §肩P @collar
     §肩 =collar
      §腕 =shoulder
       §腕捩 @shoulder>elbow:0.5
        §ひじ =elbow
         §手捩 @elbow>wrist:0.5
          §手首 =wrist
           §親指０ =thumb1
            §親指１ =thumb2
             §親指２ =thumb3
           §人指１ =index1
            §人指２ =index2
             §人指３ =index3
           §中指１ =middle1
            §中指２ =middle2
             §中指３ =middle3
           §薬指１ =ring1
            §薬指２ =ring2
             §薬指３ =ring3
           §小指１ =pinky1
            §小指２ =pinky2
             §小指３ =pinky3
 §足ＩＫ @ankle
  §つま先ＩＫ @foot
"""

_MMD_ENGLISH = """
master @floor
 center =pelvis
  lower body @pelvis
   leg_§ =hip
    knee_§ =knee
     ankle_§ =ankle
      toe_§ =foot
  upper body =spine1
   upper body2 =spine3
    neck =neck
     head =head
    shoulder_§ =collar
     arm_§ =shoulder
      arm twist_§ @shoulder>elbow:0.5
       elbow_§ =elbow
        wrist twist_§ @elbow>wrist:0.5
         wrist_§ =wrist
          thumb0_§ =thumb1
           thumb1_§ =thumb2
            thumb2_§ =thumb3
          fore1_§ @index1
 leg IK_§ @ankle
"""

_SOURCE = """
ValveBiped.Bip01_Pelvis =pelvis
 ValveBiped.Bip01_§_Thigh =hip
  ValveBiped.Bip01_§_Calf =knee
   ValveBiped.Bip01_§_Foot =ankle
    ValveBiped.Bip01_§_Toe0 =foot
 ValveBiped.Bip01_Spine =spine1
  ValveBiped.Bip01_Spine1 @spine1>spine2:0.5
   ValveBiped.Bip01_Spine2 =spine2
    ValveBiped.Bip01_Spine4 =spine3
     ValveBiped.Bip01_Neck1 =neck
      ValveBiped.Bip01_Head1 =head
       ValveBiped.forward @head
     ValveBiped.Bip01_§_Clavicle =collar
      ValveBiped.Bip01_§_UpperArm =shoulder
       ValveBiped.Bip01_§_Bicep @shoulder>elbow:0.5
       ValveBiped.Bip01_§_Forearm =elbow
        ValveBiped.Bip01_§_Hand =wrist
         ValveBiped.Anim_Attachment_§H @wrist
        ValveBiped.Bip01_§_Ulna @elbow>wrist:0.5
"""

_SCREAMING = """
CHAR_ROOT_JNT @floor
 CHAR_PELVIS_JNT =pelvis
  CHAR_SPINE_A_JNT =spine1
   CHAR_SPINE_B_JNT =spine3
    CHAR_NECK_JNT =neck
     CHAR_HEAD_JNT =head
      CHAR_HEAD_END_JNT @top
    CHAR_§_CLAVICLE_JNT =collar
     CHAR_§_SHOULDER_JNT =shoulder
      CHAR_§_ELBOW_JNT =elbow
       CHAR_§_WRIST_JNT =wrist
        CHAR_§_WRIST_END_JNT @wrist>middle1:1
  CHAR_§_HIP_JNT =hip
   CHAR_§_KNEE_JNT =knee
    CHAR_§_ANKLE_JNT =ankle
     CHAR_§_BALL_JNT =foot
      CHAR_§_TOE_END_JNT @ankle>foot:1.5
"""

_ORDERED = """
Armature @floor
 body_hip =pelvis
  body_spine =spine3
   neck =neck
    head =head
   arm_upper_§ =shoulder
    arm_lower_§ =elbow
     hand_§ =wrist
      hand_weapon_§ @wrist>middle1:0.8
  leg_upper_§ =hip
   leg_lower_§ =knee
    foot_§ =ankle
  tail_01 @pelvis>floor:0.2
   tail_02 @pelvis>floor:0.4
  skirt_§_01 @hip>knee:0.3
   skirt_§_02 @hip>knee:0.7
  cape_§ @collar
"""

_MANY_SPINES = """
hips =pelvis
 spine.001 =spine1
  spine.002 @spine1>spine2:0.3
   spine.003 @spine1>spine2:0.7
    spine.004 =spine2
     spine.005 @spine2>spine3:0.5
      chest =spine3
       neck.001 =neck
        neck.002 @neck>head:0.3
         neck.003 @neck>head:0.6
          head =head
       collarbone.§ =collar
        upperarm.§ =shoulder
         forearm.§ =elbow
          hand.§ =wrist
           metacarpal_index.§ @wrist>index1:0.2
            index.01.§ =index1
             index.02.§ =index2
              index.03.§ =index3
           metacarpal_ring.§ @wrist>ring1:0.2
            ring.01.§ =ring1
             ring.02.§ =ring2
              ring.03.§ =ring3
 upleg.§ =hip
  lowleg.§ =knee
   foot.§ =ankle
    toe.§ =foot
"""

_SKETCHFAB = """
_rootJoint @floor
 Hips_01 =pelvis
  Spine_02 =spine1
   Spine1_03 =spine2
    Spine2_04 =spine3
     Neck_05 =neck
      Head_06 =head
     §Shoulder_07 =collar
      §Arm_08 =shoulder
       §ForeArm_09 =elbow
        §Hand_010 =wrist
  §UpLeg_055 =hip
   §Leg_056 =knee
    §Foot_057 =ankle
     §ToeBase_058 =foot
"""

_RADICAL = """
root_r =pelvis
 §UpLegDummy_r @hip
  §UpLeg_r =hip
   §Leg_r =knee
    §Foot_r =ankle
 SpineDummy_r @pelvis
  Spine_r =spine1
   Spine1_r =spine2
    Spine2_r =spine3
     NeckDummy_r @neck
      Neck_r =neck
       Head_r =head
     §ShoulderDummy_r @collar
      §Shoulder_r =collar
       §Arm_r =shoulder
        §ForeArm_r =elbow
         §Hand_r =wrist
"""

_OPTITRACK = """
Skeleton_Hip =pelvis
 Skeleton_Ab =spine1
  Skeleton_Chest =spine3
   Skeleton_Neck =neck
    Skeleton_Head =head
   Skeleton_§Shoulder =collar
    Skeleton_§UArm =shoulder
     Skeleton_§FArm =elbow
      Skeleton_§Hand =wrist
       Skeleton_§Thumb1 =thumb1
        Skeleton_§Thumb2 =thumb2
         Skeleton_§Thumb3 =thumb3
       Skeleton_§Index1 =index1
        Skeleton_§Index2 =index2
         Skeleton_§Index3 =index3
 Skeleton_§Thigh =hip
  Skeleton_§Shin =knee
   Skeleton_§Foot =ankle
    Skeleton_§Toe =foot
"""

_SYNTY = """
Root @floor
 Hips =pelvis
  Spine_01 =spine1
   Spine_02 =spine2
    Spine_03 =spine3
     Neck =neck
      Head =head
       Eyes @head>top:0.4
       Eyebrows @head>top:0.6
     Clavicle_§ =collar
      Shoulder_§ =shoulder
       Elbow_§ =elbow
        Hand_§ =wrist
         Thumb_01_§ =thumb1
          Thumb_02_§ =thumb2
           Thumb_03_§ =thumb3
         IndexFinger_01_§ =index1
          IndexFinger_02_§ =index2
           IndexFinger_03_§ =index3
         Finger_01_§ @ring1
          Finger_02_§ @ring2
  UpperLeg_§ =hip
   LowerLeg_§ =knee
    Ankle_§ =ankle
     Ball_§ =foot
      Toes_§ @ankle>foot:1.6
"""

_KINECT = """
SpineBase =pelvis
 SpineMid =spine1
  SpineShoulder =spine3
   Neck =neck
    Head =head
   Shoulder§ =shoulder
    Elbow§ =elbow
     Wrist§ =wrist
      Hand§ @wrist>middle1:0.8
       HandTip§ @wrist>middle1:1.5
      Thumb§ @thumb2
 Hip§ =hip
  Knee§ =knee
   Ankle§ =ankle
    Foot§ =foot
"""

_ARKIT = """
root @floor
 hips_joint =pelvis
  §_upLeg_joint =hip
   §_leg_joint =knee
    §_foot_joint =ankle
     §_toes_joint =foot
      §_toesEnd_joint @ankle>foot:1.6
  spine_1_joint =spine1
   spine_2_joint @spine1>spine2:0.3
    spine_3_joint @spine1>spine2:0.6
     spine_4_joint =spine2
      spine_5_joint @spine2>spine3:0.3
       spine_6_joint @spine2>spine3:0.6
        spine_7_joint =spine3
         §_shoulder_1_joint =collar
          §_arm_joint =shoulder
           §_forearm_joint =elbow
            §_hand_joint =wrist
             §_handIndexStart_joint @wrist>index1:0.3
              §_handIndex_1_joint =index1
               §_handIndex_2_joint =index2
                §_handIndex_3_joint =index3
                 §_handIndexEnd_joint @index2>index3:2
             §_handThumbStart_joint =thumb1
              §_handThumb_1_joint =thumb2
               §_handThumb_2_joint =thumb3
                §_handThumbEnd_joint @thumb2>thumb3:2
         neck_1_joint =neck
          neck_2_joint @neck>head:0.3
           neck_3_joint @neck>head:0.6
            head_joint =head
             jaw_joint =jaw
             §_eye_joint =eye
             §_eyeUpperLid_joint @head>top:0.5
"""

_SECOND_LIFE = """
mPelvis =pelvis
 mTorso =spine1
  mChest =spine3
   mNeck =neck
    mHead =head
     mSkull @top
     mEye§ =eye
   mCollar§ =collar
    mShoulder§ =shoulder
     mElbow§ =elbow
      mWrist§ =wrist
       mHandMiddle1§ =middle1
        mHandMiddle2§ =middle2
         mHandMiddle3§ =middle3
 mHip§ =hip
  mKnee§ =knee
   mAnkle§ =ankle
    mFoot§ =foot
     mToe§ @ankle>foot:1.4
"""

_ROBLOX = """
HumanoidRootNode @floor
 LowerTorso =pelvis
  UpperTorso =spine3
   Head =head
   §UpperArm =shoulder
    §LowerArm =elbow
     §Hand =wrist
  §UpperLeg =hip
   §LowerLeg =knee
    §Foot =ankle
"""

_ADVANCED_SKELETON = """
Root_M =pelvis
 RootPart1_M @pelvis>spine1:0.5
  Spine1_M =spine1
   Chest_M =spine3
    Neck_M =neck
     NeckPart1_M @neck>head:0.5
      Head_M =head
       Jaw_M =jaw
       Eye_§ =eye
       HeadEnd_M @top
    Scapula_§ =collar
     Shoulder_§ =shoulder
      ShoulderPart1_§ @shoulder>elbow:0.5
       Elbow_§ =elbow
        ElbowPart1_§ @elbow>wrist:0.5
         Wrist_§ =wrist
          Cup_§ @wrist>ring1:0.3
           PinkyFinger1_§ =pinky1
            PinkyFinger2_§ =pinky2
             PinkyFinger3_§ =pinky3
              PinkyFinger4_§ @pinky2>pinky3:2
          ThumbFinger1_§ =thumb1
           ThumbFinger2_§ =thumb2
            ThumbFinger3_§ =thumb3
             ThumbFinger4_§ @thumb2>thumb3:2
 Hip_§ =hip
  HipPart1_§ @hip>knee:0.5
   Knee_§ =knee
    Ankle_§ =ankle
     Heel_§ @ankle
     Toes_§ =foot
      ToesEnd_§ @ankle>foot:1.5
"""

_CAT = """
CATRigHub001 @pelvis
 HumanPelvis =pelvis
  Human§Thigh =hip
   Human§Calf =knee
    Human§Ankle =ankle
     Human§Digit11 =foot
  HumanSpine1 =spine1
   HumanSpine2 =spine2
    HumanRibcage =spine3
     HumanNeck =neck
      HumanHead =head
     Human§Collarbone =collar
      Human§Upperarm =shoulder
       Human§Forearm =elbow
        Human§Palm =wrist
"""

_100STYLE = """
Hips =pelvis
 Chest =spine1
  Chest2 @spine1>spine2:0.6
   Chest3 =spine2
    Chest4 =spine3
     Neck =neck
      Head =head
     §Collar =collar
      §Shoulder =shoulder
       §Elbow =elbow
        §Wrist =wrist
 §Hip =hip
  §Knee =knee
   §Ankle =ankle
    §Toe =foot
"""

_TRIPO = """
Root @floor
 Hip =pelvis
  Pelvis @pelvis
   §_Thigh =hip
    §_Calf =knee
     §_Foot =ankle
      §_ToeBase =foot
  Waist =spine1
   Spine01 =spine2
    Spine02 =spine3
     NeckTwist01 =neck
      NeckTwist02 @neck>head:0.5
       Head =head
     §_Clavicle =collar
      §_Upperarm =shoulder
       §_Forearm =elbow
        §_Hand =wrist
"""

_IPI = """
Hip =pelvis
 LowerSpine =spine1
  MiddleSpine =spine2
   Chest =spine3
    Neck =neck
     Head =head
    §Clavicle =collar
     §Shoulder =shoulder
      §Forearm =elbow
       §Hand =wrist
 §Thigh =hip
  §Shin =knee
   §Foot =ankle
    §Toe =foot
"""

_SMPL_FBX = """
root @floor
 f_avg_root @floor
  f_avg_Pelvis =pelvis
   f_avg_§_Hip =hip
    f_avg_§_Knee =knee
     f_avg_§_Ankle =ankle
      f_avg_§_Foot =foot
   f_avg_Spine1 =spine1
    f_avg_Spine2 =spine2
     f_avg_Spine3 =spine3
      f_avg_Neck =neck
       f_avg_Head =head
      f_avg_§_Collar =collar
       f_avg_§_Shoulder =shoulder
        f_avg_§_Elbow =elbow
         f_avg_§_Wrist =wrist
          f_avg_§_Hand @wrist>middle1:0.8
"""

_PALMS = (
    _LAFAN.rstrip()
    + """
        §Hand_Index0 @wrist>index1:0.15
         §Hand_Index1 =index1
          §Hand_Index2 =index2
           §Hand_Index3 =index3
        §Hand_Pinky0 @wrist>pinky1:0.15
         §Hand_Pinky1 =pinky1
          §Hand_Pinky2 =pinky2
           §Hand_Pinky3 =pinky3
            §Hand_Pinky4 @pinky2>pinky3:2
        §Hand_Thumb0 =thumb1
         §Hand_Thumb1 =thumb2
          §Hand_Thumb2 =thumb3
           §Hand_Thumb3 @thumb2>thumb3:2
"""
)

FAMILIES = {
    "numbers from the palm": Family(_PALMS, "Left", "Right"),
    "optitrack": Family(_OPTITRACK),
    "synty": Family(_SYNTY),
    "kinect": Family(_KINECT, "Left", "Right"),
    "arkit": Family(_ARKIT, "left", "right"),
    "second life": Family(_SECOND_LIFE, "Left", "Right"),
    "roblox": Family(_ROBLOX, "Left", "Right"),
    "advanced skeleton": Family(_ADVANCED_SKELETON),
    "cat": Family(_CAT),
    "100style": Family(_100STYLE, "Left", "Right"),
    "tripo": Family(_TRIPO),
    "ipi": Family(_IPI),
    "smpl for maya": Family(_SMPL_FBX),
    "all controls": Family(_TRIPO.replace(" =", "_CTRL =").replace(" @", "_CTRL @")),
    "radical": Family(_RADICAL, "Left", "Right"),
    "mixamo": _mixamo("mixamorig:"),
    "mixamo in three.js": _mixamo("mixamorig"),
    "mixamo of another number": _mixamo("mixamorig9:"),
    "ready player me": _mixamo(""),
    "maya reference": _mixamo("hero_rig:hero:"),
    "ue5": Family(_UE5.format(hand=hand(11, "{digit}_0{k}_§")), "l", "r"),
    "rigify deform": Family(_RIGIFY_DEF),
    "rigify metarig": Family(_METARIG),
    "biped": Family(_BIPED),
    "biped of another number": Family(_BIPED.replace("Bip01", "Bip001")),
    "character creator": Family(_CC),
    "daz 8": Family(_DAZ8, "l", "r"),
    "daz 9": Family(_DAZ9, "l", "r"),
    "poser": Family(_POSER, "l", "r"),
    "motionbuilder bvh": Family(_MOTIONBUILDER, "Left", "Right"),
    "lafan": Family(_LAFAN, "Left", "Right"),
    "neuron": Family(_NEURON, "Left", "Right"),
    "xsens": Family(_XSENS, "Left", "Right"),
    "rokoko": Family(_ROKOKO, "Left", "Right"),
    "auto-rig pro": Family(_ARP, "l", "r"),
    "vrm 1": Family(_VRM1, "left", "right"),
    "mmd": Family(_MMD, "左", "右"),
    "mmd in english": Family(_MMD_ENGLISH),
    "source": Family(_SOURCE),
    "capitals": Family(_SCREAMING),
    "word order": Family(_ORDERED),
    "spine of six": Family(_MANY_SPINES),
    "sketchfab": Family(_SKETCHFAB, "Left", "Right"),
    "lower case": Family(_LAFAN.lower(), "left", "right"),
    "side last": Family(
        _LAFAN.replace("§UpLeg", "UpLeg_§")
        .replace("§Leg", "Leg_§")
        .replace("§Foot", "Foot_§")
        .replace("§Toe", "Toe_§")
        .replace("§Shoulder", "Shoulder_§")
        .replace("§Arm", "Arm_§")
        .replace("§ForeArm", "ForeArm_§")
        .replace("§Hand", "Hand_§"),
        "Left",
        "Right",
    ),
    "one letter first": Family(_MOTIONBUILDER.replace("§", "§_"), "l", "r"),
    "short": Family(_MOTIONBUILDER, "Lft", "Rgt"),
}
