"""Rigs that nobody named for us: other languages, odd kits, remakes of known namings."""

from __future__ import annotations

import pytest
from rig_families import Family, family_rig, hand
from rig_namings import FAMILIES

from livemocap.skeleton import BODY_JOINTS, SMPLX
from retarget.rigs.mapping import map_joints

_GERMAN = """
Wurzel @floor
 Becken =pelvis
  Wirbelsaeule1 =spine1
   Wirbelsaeule2 =spine2
    Brustkorb =spine3
     Hals =neck
      Kopf =head
     Schluesselbein_§ =collar
      Oberarm_§ =shoulder
       Unterarm_§ =elbow
        Hand_§ =wrist
         Daumen1_§ =thumb1
          Daumen2_§ =thumb2
           Daumen3_§ =thumb3
         Zeigefinger1_§ =index1
          Zeigefinger2_§ =index2
           Zeigefinger3_§ =index3
         Mittelfinger1_§ =middle1
          Mittelfinger2_§ =middle2
           Mittelfinger3_§ =middle3
         Ringfinger1_§ =ring1
          Ringfinger2_§ =ring2
           Ringfinger3_§ =ring3
         KleinerFinger1_§ =pinky1
          KleinerFinger2_§ =pinky2
           KleinerFinger3_§ =pinky3
  Oberschenkel_§ =hip
   Unterschenkel_§ =knee
    Fuss_§ =ankle
     Zehen_§ =foot
"""

_SPANISH = """
raiz @floor
 cadera =pelvis
  columna1 =spine1
   columna2 =spine2
    pecho =spine3
     cuello =neck
      cabeza =head
     clavicula_§ =collar
      brazo_§ =shoulder
       antebrazo_§ =elbow
        mano_§ =wrist
         pulgar1_§ =thumb1
          pulgar2_§ =thumb2
           pulgar3_§ =thumb3
         indice1_§ =index1
          indice2_§ =index2
           indice3_§ =index3
         medio1_§ =middle1
          medio2_§ =middle2
           medio3_§ =middle3
         anular1_§ =ring1
          anular2_§ =ring2
           anular3_§ =ring3
         menique1_§ =pinky1
          menique2_§ =pinky2
           menique3_§ =pinky3
  muslo_§ =hip
   pierna_§ =knee
    pie_§ =ankle
     dedos_§ =foot
"""

_ITALIAN = """
radice @floor
 bacino =pelvis
  spina1 =spine1
   spina2 =spine2
    petto =spine3
     collo =neck
      testa =head
     clavicola_§ =collar
      braccio_§ =shoulder
       avambraccio_§ =elbow
        mano_§ =wrist
  coscia_§ =hip
   gamba_§ =knee
    piede_§ =ankle
     dita_§ =foot
"""

_RUSSIAN = """
Корень @floor
 Таз =pelvis
  Позвоночник1 =spine1
   Позвоночник2 =spine2
    Грудь =spine3
     Шея =neck
      Голова =head
     Ключица_§ =collar
      Плечо_§ =shoulder
       Предплечье_§ =elbow
        Кисть_§ =wrist
  Бедро_§ =hip
   Голень_§ =knee
    Стопа_§ =ankle
     Носок_§ =foot
"""

_CHINESE = """
根 @floor
 骨盆 =pelvis
  脊柱1 =spine1
   脊柱2 =spine2
    胸 =spine3
     脖子 =neck
      头 =head
     §锁骨 =collar
      §上臂 =shoulder
       §前臂 =elbow
        §手 =wrist
  §大腿 =hip
   §小腿 =knee
    §脚 =ankle
     §脚趾 =foot
"""

_FRENCH = """
racine @floor
 bassin =pelvis
  colonne_01 =spine1
   colonne_02 =spine2
    thorax =spine3
     cou =neck
      tete =head
     clavicule_§ =collar
      bras_§ =shoulder
       avantbras_§ =elbow
        main_§ =wrist
         pouce_01_§ =thumb1
          pouce_02_§ =thumb2
           pouce_03_§ =thumb3
  cuisse_§ =hip
   tibia_§ =knee
    pied_§ =ankle
     orteils_§ =foot
"""

_METAHUMAN = """
root @floor
 pelvis =pelvis
  spine_01 =spine1
   spine_02 @spine1>spine2:0.5
    spine_03 =spine2
     spine_04 @spine2>spine3:0.5
      spine_05 =spine3
       spine_04_latissimus_§ @spine3>collar:0.5
       neck_01 =neck
        neck_02 @neck>head:0.5
         head =head
       clavicle_§ =collar
        clavicle_pec_§ @spine3>collar:0.7
        upperarm_§ =shoulder
         upperarm_correctiveRoot_§ @shoulder
          upperarm_bck_§ @shoulder
          upperarm_fwd_§ @shoulder
          upperarm_in_§ @shoulder
          upperarm_out_§ @shoulder
         upperarm_twist_01_§ @shoulder>elbow:0.3
          upperarm_twistCor_01_§ @shoulder>elbow:0.3
          upperarm_bicep_§ @shoulder>elbow:0.4
          upperarm_tricep_§ @shoulder>elbow:0.4
         lowerarm_§ =elbow
          lowerarm_correctiveRoot_§ @elbow
           lowerarm_in_§ @elbow
           lowerarm_out_§ @elbow
          lowerarm_twist_01_§ @elbow>wrist:0.6
          hand_§ =wrist
           wrist_inner_§ @wrist
           wrist_outer_§ @wrist
           index_metacarpal_§ @wrist>index1:0.3
{hand}
  thigh_§ =hip
   thigh_correctiveRoot_§ @hip
    thigh_fwd_§ @hip
    thigh_bck_§ @hip
    thigh_out_§ @hip
   thigh_twist_01_§ @hip>knee:0.3
   calf_§ =knee
    calf_correctiveRoot_§ @knee
     calf_kneeBack_§ @knee
     calf_knee_§ @knee
    calf_twist_01_§ @knee>ankle:0.3
    foot_§ =ankle
     ankle_bck_§ @ankle
     ankle_fwd_§ @ankle
     ball_§ =foot
      bigtoe_01_§ @ankle>foot:1.3
      littletoe_01_§ @ankle>foot:1.2
"""


_FEET_APART = """
root @floor
 Body =pelvis
  Hips @pelvis
   UpperLeg.§ =hip
    LowerLeg.§ =knee
  Abdomen =spine1
   Torso =spine3
    Neck =neck
     Head =head
    Shoulder.§ =collar
     UpperArm.§ =shoulder
      LowerArm.§ =elbow
       Palm.§ =wrist
 Foot.§ =ankle
"""

WHOLE = {
    "german": Family(_GERMAN, "links", "rechts"),
    "spanish": Family(_SPANISH, "izq", "der"),
    "italian": Family(_ITALIAN, "Sx", "Dx"),
    "russian": Family(_RUSSIAN, "Л", "П"),
    "chinese": Family(_CHINESE, "左", "右"),
    "metahuman": Family(_METAHUMAN.format(hand=hand(11, "{digit}_0{k}_§")), "l", "r"),
    "fingers on the palm of one": Family(
        _METAHUMAN.format(hand=hand(12, "{digit}_0{k}_§")), "l", "r"
    ),
    "character creator without its prefix": Family(
        FAMILIES["character creator"].tree.replace("CC_Base_", ""), "L", "R"
    ),
    "rokoko in lower case": Family(FAMILIES["rokoko"].tree.lower(), "left", "right"),
    "xsens with underlines": Family(FAMILIES["xsens"].tree.replace("§", "§_"), "left", "right"),
    "daz with long sides": Family(FAMILIES["daz 8"].tree, "left_", "right_"),
    "vrm with pinkies": Family(FAMILIES["vrm 1"].tree.replace("Little", "Pinky"), "left", "right"),
    "mixamo with a number": Family(
        FAMILIES["mixamo"].tree.replace("mixamorig:", "mixamorig12:"), "Left", "Right"
    ),
}
PARTLY = {
    "french": Family(_FRENCH, "G", "D"),
    "feet on their own": Family(_FEET_APART),
}


@pytest.mark.parametrize("known", [True, False], ids=["presets", "names alone"])
@pytest.mark.parametrize("rest", ["T", "A"])
@pytest.mark.parametrize("rig", WHOLE)
def test_all_of_it_is_found(rig: str, rest: str, known: bool) -> None:
    made = family_rig(WHOLE[rig], rest=rest, yaw_deg=-50 if rest == "A" else 0)
    found = map_joints(made.skeleton) if known else map_joints(made.skeleton, known=())
    assert found.bones == made.bones


@pytest.mark.parametrize("rest", ["T", "A"])
@pytest.mark.parametrize("rig", PARTLY)
def test_what_is_found_is_right_and_the_rest_is_left_open(rig: str, rest: str) -> None:
    made = family_rig(PARTLY[rig], rest=rest)
    found = map_joints(made.skeleton).bones
    assert {j: b for j, b in found.items() if made.bones.get(j) != b} == {}
    body = [joint for joint in SMPLX.names[:BODY_JOINTS] if joint in made.bones]
    assert sum(joint in found for joint in body) >= len(body) - 2
